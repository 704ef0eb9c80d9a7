/** Finds states whose effective query language is JSONPath, which the engine refuses. */

/** Fields that exist in JSONPath states only (Task, Map and others), with those that select parts of a Choice. */
const jsonPathFields = new Set([
  'InputPath',
  'OutputPath',
  'ResultPath',
  'Parameters',
  'ResultSelector',
  'Result',
  'ItemsPath',
  'Iterator',
  'SecondsPath',
  'TimestampPath',
  'TimeoutSecondsPath',
  'HeartbeatSecondsPath',
  'MaxConcurrencyPath',
  'ToleratedFailureCountPath',
  'ToleratedFailurePercentagePath',
  'ErrorPath',
  'CausePath',
  'Variable',
])
/** Fields whose meaning depends on the query language: without `JSONata` they would be JSONPath's. */
const jsonataFields = new Set(['Output', 'Arguments', 'Items', 'Condition', 'Assign', 'ItemSelector'])

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** One sentence per state whose effective query language is JSONPath; a state that says nothing about data is neutral. */
export function jsonPathProblems(definition: unknown): string[] {
  if (!isObject(definition)) return []
  const problems: string[] = []
  const remedy = 'set "QueryLanguage": "JSONata" and use Arguments, Output and Assign'
  if (definition.QueryLanguage === 'JSONPath') {
    problems.push(`the query language JSONPath is not supported, at /QueryLanguage: ${remedy}`)
  }
  const { QueryLanguage: whole } = definition
  walk(definition, '', whole === 'JSONata')
  return problems

  function walk(flow: Record<string, unknown>, path: string, jsonata: boolean): void {
    if (!isObject(flow.States)) return
    for (const [name, state] of Object.entries(flow.States)) {
      if (!isObject(state)) continue
      const at = `${path}/States/${name}`
      const own = state.QueryLanguage === undefined ? jsonata : state.QueryLanguage === 'JSONata'
      if (state.QueryLanguage === 'JSONPath') {
        problems.push(
          whole === 'JSONata'
            ? `'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine at ${at}`
            : `the query language JSONPath is not supported, at ${at}/QueryLanguage: ${remedy}`,
        )
      } else {
        const used = fieldsOf(state).find((field) => jsonPathFields.has(field) || field.endsWith('.$'))
        const neutral = fieldsOf(state).find((field) => jsonataFields.has(field))
        if (used !== undefined) {
          problems.push(`the field ${used} belongs to JSONPath, which is not supported, at ${at}: ${remedy}`)
        } else if (!own && neutral !== undefined) {
          problems.push(
            `the state's query language is JSONPath, the default, which is not supported, at ${at} (field ${neutral}): ${remedy}`,
          )
        }
      }
      for (const [index, branch] of (Array.isArray(state.Branches) ? state.Branches : []).entries()) {
        if (isObject(branch)) walk(branch, `${at}/Branches/${index}`, own)
      }
      if (isObject(state.ItemProcessor)) walk(state.ItemProcessor, `${at}/ItemProcessor`, own)
    }
  }
}

function fieldsOf(state: Record<string, unknown>): string[] {
  const rules = Array.isArray(state.Choices) ? state.Choices.filter(isObject) : []
  return [...Object.keys(state), ...rules.flatMap((rule) => Object.keys(rule))]
}

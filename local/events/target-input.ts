/** What a target receives: the event, a part of it (InputPath), a constant (Input), or a template (InputTransformer). */
import { AwsError } from '../service.ts'

export interface InputRules {
  readonly Input?: string | undefined
  readonly InputPath?: string | undefined
  readonly InputTransformer?:
    | {
        readonly InputPathsMap?: Readonly<Record<string, string>> | undefined
        readonly InputTemplate: string
      }
    | undefined
}

export interface Origin {
  readonly ruleName: string
  readonly ruleArn: string
  readonly ingestionTime: string
}

/** The text that is handed to the target: JSON, or for a template of plain text a JSON string. */
export function targetInput(rules: InputRules, event: unknown, origin: Origin): string {
  if (rules.Input !== undefined) return rules.Input
  if (rules.InputPath !== undefined) return JSON.stringify(at(event, rules.InputPath) ?? null)
  if (rules.InputTransformer === undefined) return JSON.stringify(event)
  const { InputPathsMap: paths = {}, InputTemplate: template } = rules.InputTransformer
  const values = new Map<string, unknown>(
    Object.entries(paths).map(([name, path]) => [name, at(event, path)] as const),
  )
  values.set('aws.events.rule-name', origin.ruleName)
  values.set('aws.events.rule-arn', origin.ruleArn)
  values.set('aws.events.event.ingestion-time', origin.ingestionTime)
  values.set('aws.events.event', event)
  values.set('aws.events.event.json', event)
  return fill(template, values)
}

/** `$.detail.list[0].name`: the JSON path subset that EventBridge takes. */
function at(event: unknown, path: string): unknown {
  if (!path.startsWith('$')) throw new AwsError('ValidationException', `Invalid JSON path: ${path}`)
  const steps = path.slice(1).match(/[^.[\]'"]+/g) ?? []
  return steps.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? Object.entries(value).find(([key]) => key === step)?.[1]
        : undefined,
    event,
  )
}

/**
 * `<name>` inside quotes takes the value's text, outside of them its JSON. A path that found nothing leaves an empty
 * text inside quotes, and an empty string outside, so that the result stays JSON.
 */
function fill(template: string, values: ReadonlyMap<string, unknown>): string {
  let quoted = false
  return template.replaceAll(/\\.|"|<([A-Za-z0-9_.-]+)>/gs, (token, name: string | undefined) => {
    if (token === '"') quoted = !quoted
    if (name === undefined || !values.has(name)) return token
    const value = values.get(name)
    if (!quoted) return JSON.stringify(value ?? '')
    const text = typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value)
    return JSON.stringify(text).slice(1, -1)
  })
}

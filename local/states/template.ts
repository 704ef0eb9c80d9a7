/** Evaluates the fields of a state: JSON templates with expressions inside, and fields that must have one type. */
import { evaluateExpression, expressionIn, jsonType } from './expression.ts'
import { EvaluationFailure } from './failure.ts'

export type Bindings = Record<string, unknown>

/**
 * Replaces every `{% … %}` string of a template by its value.
 * @param field where the template stands, slash-joined: `Output`, `Arguments`, `Choices/0/Output`
 */
export async function evaluateTemplate(
  template: unknown,
  bindings: Bindings,
  field: string,
): Promise<unknown> {
  if (typeof template === 'string') {
    const expression = expressionIn(template)
    return expression === undefined ? template : evaluateExpression(expression, bindings, field)
  }
  if (Array.isArray(template)) {
    const items: unknown[] = []
    for (const [index, item] of template.entries()) {
      items.push(await evaluateTemplate(item, bindings, `${field}[${index}]`))
    }
    return items
  }
  if (typeof template !== 'object' || template === null) return template
  const entries: [string, unknown][] = []
  for (const [key, item] of Object.entries(template)) {
    entries.push([key, await evaluateTemplate(item, bindings, `${field}/${key}`)])
  }
  return Object.fromEntries(entries)
}

async function evaluateTyped(
  template: unknown,
  bindings: Bindings,
  field: string,
  type: string,
): Promise<unknown> {
  const value = await evaluateTemplate(template, bindings, field)
  if (jsonType(value) === type) return value
  const expression = typeof template === 'string' ? expressionIn(template) : undefined
  throw new EvaluationFailure(
    expression === undefined
      ? `The field '${field}' has an unexpected type. Expected '${type}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`
      : `The JSONata expression '${expression}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${jsonType(value)}' for value: ${JSON.stringify(value)}`,
    field,
  )
}

export async function evaluateBoolean(
  template: unknown,
  bindings: Bindings,
  field: string,
): Promise<boolean> {
  return (await evaluateTyped(template, bindings, field, 'boolean')) === true
}

export async function evaluateString(template: unknown, bindings: Bindings, field: string): Promise<string> {
  return String(await evaluateTyped(template, bindings, field, 'string'))
}

export async function evaluateArray(
  template: unknown,
  bindings: Bindings,
  field: string,
): Promise<unknown[]> {
  const value = await evaluateTyped(template, bindings, field, 'array')
  return Array.isArray(value) ? value : []
}

/** A whole number of any sign. */
export async function evaluateWhole(template: unknown, bindings: Bindings, field: string): Promise<number> {
  return evaluateInteger(template, bindings, field, {
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
  })
}

/** A whole number within bounds. */
export async function evaluateInteger(
  template: unknown,
  bindings: Bindings,
  field: string,
  { min = 0, max = 99_999_999 }: { min?: number; max?: number } = {},
): Promise<number> {
  const value = Number(await evaluateTyped(template, bindings, field, 'number'))
  if (!Number.isInteger(value)) {
    throw new EvaluationFailure(`The ${field} field cannot be parsed as an integer: ${value}`, field)
  }
  if (value < min || value > max) {
    throw new EvaluationFailure(`${field} must be between ${min} and ${max} but was: ${value}`, field)
  }
  return value
}

/** 0 … 100, fractions allowed. */
export async function evaluatePercentage(
  template: unknown,
  bindings: Bindings,
  field: string,
): Promise<number> {
  const value = Number(await evaluateTyped(template, bindings, field, 'number'))
  if (value >= 0 && value <= 100) return value
  throw new EvaluationFailure(`${field} must be between 0 and 100 but was: ${value}`, field)
}

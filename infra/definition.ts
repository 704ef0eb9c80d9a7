/** State-machine definitions as files: placeholders `${name}` become values, and none is forgotten or left over. */
import { readFileSync } from 'node:fs'

/** What stands for a placeholder: an object takes the place of its quoted string, an empty one removes the member. */
export type DefinitionValue = string | number | Readonly<Record<string, unknown>>
export const absent: DefinitionValue = {}

/** `${plan-parts}`; JSONata's own `${'a': 1}` (a context and an object) is none, for no quote can follow the brace. */
const placeholder = /\$\{([A-Za-z][A-Za-z0-9-]*)\}/g

export function readDefinition(file: string): string {
  return readFileSync(file, 'utf8')
}

/** The names that a definition asks for, each once, in the order in which they come. */
export function placeholders(source: string): readonly string[] {
  return [...new Set([...source.matchAll(placeholder)].map(([, name]) => name ?? ''))]
}

/**
 * Fills the definition in.
 * @param file only named in messages
 * @throws Error when a placeholder has no value, a value no placeholder, or the result is no JSON.
 */
export function fillDefinition(
  file: string,
  source: string,
  values: Readonly<Record<string, DefinitionValue>>,
): string {
  const asked = placeholders(source)
  const unknown = asked.filter((name) => !Object.hasOwn(values, name))
  const unused = Object.keys(values).filter((name) => !asked.includes(name))
  if (unknown.length > 0)
    throw new Error(
      `${file}: got the placeholder \${${unknown[0]}}; expected one of ${Object.keys(values).join(', ')}; correct the definition or give it a value`,
    )
  if (unused.length > 0)
    throw new Error(
      `${file}: got a value for \${${unused[0]}}, which the definition does not use; expected every value to be used; remove the value or use it`,
    )
  const filled = source.replaceAll(placeholder, (whole, name: string) => escaped(whole, values[name] ?? ''))
  try {
    return JSON.stringify(JSON.parse(filled, (_, value) => structured(value, values)))
  } catch (cause) {
    throw new Error(`${file}: it is no JSON once its placeholders are filled in`, { cause })
  }
}

/** An object takes its placeholder's place once the text around it is parsed. */
function structured(value: unknown, values: Readonly<Record<string, DefinitionValue>>): unknown {
  const [, name] = typeof value === 'string' ? (/^\$\{([A-Za-z][A-Za-z0-9-]*)\}$/.exec(value) ?? []) : []
  const found = name === undefined ? undefined : values[name]
  if (typeof found !== 'object') return value
  return Object.keys(found).length === 0 ? undefined : found
}

/** A value stands inside a JSON string. */
function escaped(whole: string, value: DefinitionValue): string {
  if (typeof value === 'object') return whole
  return typeof value === 'number' ? String(value) : JSON.stringify(value).slice(1, -1)
}

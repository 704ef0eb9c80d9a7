/** State-machine definitions as files: placeholders `${name}` become values, and none is forgotten or left over. */
import { readFileSync } from 'node:fs'

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
  values: Readonly<Record<string, string | number>>,
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
  const filled = source.replaceAll(placeholder, (_, name: string) => escaped(values[name] ?? ''))
  try {
    return JSON.stringify(JSON.parse(filled))
  } catch (cause) {
    throw new Error(`${file}: it is no JSON once its placeholders are filled in`, { cause })
  }
}

/** A value stands inside a JSON string. */
function escaped(value: string | number): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value).slice(1, -1)
}

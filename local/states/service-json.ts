/** Turns a service's answer into the JSON that a state sees, and spells members as the API or the state wants them. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Dates become ISO texts (`aws-sdk`) or epoch milliseconds (optimised integrations), blobs become texts. */
export function jsonOutput(value: unknown, dates: 'iso' | 'milliseconds'): unknown {
  if (value instanceof Date) return dates === 'iso' ? value.toISOString() : value.getTime()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (Array.isArray(value)) return value.map((item) => jsonOutput(item, dates))
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) =>
      item === undefined || key === '$metadata' ? [] : [[key, jsonOutput(item, dates)]],
    ),
  )
}

function renamed(value: unknown, spell: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, spell))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [spell(key), renamed(item, spell)]))
}

export const capitalised = (value: unknown) =>
  renamed(value, (key) => key.charAt(0).toUpperCase() + key.slice(1))
export const uncapitalised = (value: unknown) =>
  renamed(value, (key) => key.charAt(0).toLowerCase() + key.slice(1))

/** Timestamps as AWS reads them: ISO-8601 extended, with an offset: `2026-11-21T09:00:00Z`, `…+01:00`. */

const pattern = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}(:\d{2})?)$/

/** Milliseconds since 1970; undefined for any other text, and for a day or an hour that no calendar has. */
export function readOffsetDateTime(text: string): number | undefined {
  const day = pattern.exec(text)?.[1]
  if (day === undefined) return undefined
  const midnight = new Date(`${day}T00:00:00Z`)
  // `Date` turns the 30th of February into a day of March.
  if (Number.isNaN(midnight.getTime()) || !midnight.toISOString().startsWith(day)) return undefined
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

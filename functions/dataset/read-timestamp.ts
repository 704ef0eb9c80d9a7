/**
 * Reads a cell as `typedSql` has DuckDB 1.5 do it: `Date::TryConvertDate`, `Time::TryConvertInternal` and
 * `Timestamp::TryConvertTimestampTZ` of its src/common/types.
 */

const [space, minus, zero, nine, colon, point, bracket, capitalT, capitalZ] = [
  32, 45, 48, 57, 58, 46, 40, 84, 90,
] as const
/** Space, hyphen, slash, backslash: both of a date are the same one. */
const separators: ReadonlySet<number> = new Set([space, minus, 47, 92])

/** Infinity is a TIMESTAMP, but no number of seconds. */
const special = /^[\t-\r ]*-?(?:inf|infinity|epoch)[\t-\r ]*$/i
/** An offset, of hours and minutes, is how much the time of the place is ahead of UTC. */
const zone = /^(?:|Z|([+-])([01][0-9])(?::?([0-5][0-9]))?| UTC) *$/
/** What no zone begins with ends no time. */
const zoneStart = /^[Z+\- ]/

/** A year with more digits may be out of a TIMESTAMP's range. */
const plainYear = 4

const microsOfMinute = 60_000_000
const microsOfDay = 1_440 * microsOfMinute

/**
 * A time without an offset is taken to be in UTC.
 * @returns seconds since 1970, null for what is no timestamp, undefined where only DuckDB can tell.
 */
export function readTimestamp(text: string): number | null | undefined {
  const first = afterSpaces(text, 0)
  const negative = text.charCodeAt(first) === minus
  const start = negative ? first + 1 : first
  const yearEnd = afterDigits(text, start)
  if (yearEnd === start) return special.test(text) ? undefined : null
  const separator = text.charCodeAt(yearEnd)
  if (!separators.has(separator)) return null
  const monthEnd = afterDigits(text, yearEnd + 1)
  if (text.charCodeAt(monthEnd) !== separator) return null
  const dayEnd = afterDigits(text, monthEnd + 1)
  const month = oneOrTwo(text, yearEnd + 1, monthEnd)
  const day = oneOrTwo(text, monthEnd + 1, dayEnd)
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  const beforeChrist = text.charCodeAt(dayEnd + 1) === bracket
  if (negative || beforeChrist || yearEnd - start > plainYear) return undefined
  const year = wholeNumber(text, start, yearEnd)
  if (day > daysOfMonth(year, month)) return null
  const time = dayEnd === text.length ? 0 : readTime(text, dayEnd)
  return time === null || time === undefined ? time : epoch(daysSince1970(year, month, day), time)
}

/** Microseconds of what stands behind a date: `[ T]H:M[:S[.digits]][zone]`; an offset leads beyond the day. */
function readTime(text: string, dayEnd: number): number | null | undefined {
  const next = text.charCodeAt(dayEnd)
  const start = afterSpaces(text, next === space || next === capitalT ? dayEnd + 1 : dayEnd)
  const hourEnd = afterDigits(text, start)
  if (hourEnd === start || text.charCodeAt(hourEnd) !== colon) return null
  const minuteEnd = afterDigits(text, hourEnd + 1)
  // An hour may have nine digits, and what ends at a colon ends well.
  if (hourEnd - start > 2 || minuteEnd === hourEnd + 1) return undefined
  const minute = oneOrTwo(text, hourEnd + 1, minuteEnd)
  if (minute < 0 || minute >= 60) return null
  const time = (wholeNumber(text, start, hourEnd) * 60 + minute) * microsOfMinute
  return minuteEnd === text.length ? withinDay(time) : readSeconds(text, minuteEnd, time)
}

/** 24:00 is the next day's midnight. */
const withinDay = (time: number) => (time <= microsOfDay ? time : null)

/** With what stands behind hour and minute, which are `minutes` long: a zone does so only after seconds. */
function readSeconds(text: string, minuteEnd: number, minutes: number): number | null | undefined {
  if (text.charCodeAt(minuteEnd) !== colon) return null
  const secondEnd = afterDigits(text, minuteEnd + 1)
  if (secondEnd === minuteEnd + 1) return undefined
  const second = oneOrTwo(text, minuteEnd + 1, secondEnd)
  if (second < 0 || second >= 60) return null
  const isFraction = text.charCodeAt(secondEnd) === point
  const end = isFraction ? afterDigits(text, secondEnd + 1) : secondEnd
  // The most frequent zone is known without its expression.
  const isUtc = end === text.length - 1 && text.charCodeAt(end) === capitalZ
  const time = withinDay(minutes + second * 1_000_000 + (isFraction ? microsOf(text, secondEnd + 1, end) : 0))
  return time === null || end === text.length || isUtc ? time : inUtc(time, text.slice(end))
}

function inUtc(time: number, rest: string): number | null | undefined {
  const found = zone.exec(rest)
  if (found === null) return zoneStart.test(rest) ? undefined : null
  const [, sign, hours, minutes] = found
  if (sign === undefined) return time
  const ahead = (Number(hours) * 60 + Number(minutes ?? 0)) * microsOfMinute
  return sign === '+' ? time - ahead : time + ahead
}

/** Of six places: digits behind them are cut off, as DuckDB does it. */
function microsOf(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < start + 6; at++) value = value * 10 + (at < end ? text.charCodeAt(at) - zero : 0)
  return value
}

/**
 * DuckDB counts microseconds in 64 bits and divides them as a double. A day has 2^13 times a whole number of them, so the
 * product is exact, and the sum is rounded once as there.
 */
const epoch = (days: number, micros: number) => (days * microsOfDay + micros) / 1_000_000

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Hinnant, chrono-compatible low-level date algorithms, `days_from_civil`: the year begins in March. */
function daysSince1970(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const leapDays = Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400)
  return marchYear * 365 + leapDays + dayOfYear - 719_468
}

/** @returns a negative number where there are neither one nor two digits. */
const oneOrTwo = (text: string, start: number, end: number): number =>
  end - start === 1 || end - start === 2 ? wholeNumber(text, start, end) : -1

function wholeNumber(text: string, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + text.charCodeAt(at) - zero
  return value
}

function afterDigits(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < zero || code > nine) break
  }
  return at
}

/** DuckDB's white space here: space, and \t \n \v \f \r. */
function afterSpaces(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== space && (code < 9 || code > 13)) break
  }
  return at
}

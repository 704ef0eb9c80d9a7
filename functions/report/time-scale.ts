/** Round times to write beside an axis, and how times of a stretch are shown; values are seconds since 1970, in UTC. */
import { formatDay } from './format-number.ts'
import { ticks } from './scale.ts'

const minute = 60
const hour = 60 * minute
const day = 24 * hour
const steps = [
  ...[1, 5, 15, 30].map((seconds) => seconds),
  ...[1, 5, 15, 30].map((minutes) => minutes * minute),
  ...[1, 3, 6, 12].map((hours) => hours * hour),
  ...[1, 2, 7, 14].map((days) => days * day),
]
/** Of months; a step of more is whole years. */
const monthSteps = [1, 3, 6]
const monthSeconds = 30.4 * day

export interface Tick {
  readonly value: number
  readonly text: string
}

/** About `count` of them within [low, high]; each is written no finer and no coarser than tells it from the others. */
export function timeTicks(low: number, high: number, count = 4): Tick[] {
  if (!(Number.isFinite(low) && Number.isFinite(high) && high > low)) return []
  // Beyond the days of a calendar there is nothing to write.
  if (Math.max(Math.abs(low), Math.abs(high)) > 8.64e12) return []
  const raw = (high - low) / count
  if (raw < 1) return [{ value: low, text: momentFormat(low, high)(low) }]
  const step = steps.find((candidate) => candidate >= raw * 0.999)
  if (step !== undefined) return regularTicks(low, high, step)
  const months = monthSteps.find((candidate) => candidate * monthSeconds >= raw * 0.999)
  return months === undefined ? yearTicks(low, high, count) : monthTicks(low, high, months)
}

function regularTicks(low: number, high: number, step: number): Tick[] {
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, at) => {
    const value = (first + at) * step
    return { value, text: step >= day || value % day === 0 ? formatDay(value) : clock(value, step < minute) }
  })
}

function monthTicks(low: number, high: number, step: number): Tick[] {
  const from = new Date(low * 1_000)
  const start = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step
  const found: Tick[] = []
  for (let month = start; ; month += step) {
    const value = Date.UTC(0, month - 1_900 * 12) / 1_000
    if (!(value <= high)) return found
    if (value >= low) found.push({ value, text: formatDay(value).slice(0, -3) })
  }
}

function yearTicks(low: number, high: number, count: number): Tick[] {
  const years = [low, high].map((seconds) => 1970 + seconds / (365.2425 * day))
  return ticks(years[0] ?? 0, years[1] ?? 0, count)
    .filter(Number.isInteger)
    .map((year) => ({ value: new Date(0).setUTCFullYear(year) / 1_000, text: String(year) }))
    .filter(({ value }) => value >= low && value <= high)
}

/** Of times that lie between the two: the day, and where that would tell few of them apart the time too. */
export function momentFormat(low: number, high: number): (seconds: number | null | undefined) => string {
  const isDays = high - low >= 3 * day || (low % day === 0 && high % day === 0)
  return (seconds) => {
    const text = formatDay(seconds)
    if (isDays || seconds === null || seconds === undefined || !/\d$/.test(text)) return text
    return `${text} ${clock(seconds, high - low < 10 * minute)}`
  }
}

const clock = (seconds: number, fine: boolean) =>
  new Date(Math.floor(seconds) * 1_000)
    .toISOString()
    .replace(/.*T/, '')
    .slice(0, fine ? 8 : 5)

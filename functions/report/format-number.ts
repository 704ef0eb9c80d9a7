/** Numbers, shares, times and durations as a reader sees them; what is not there is a dash. */

type Maybe = number | null | undefined

const absent = '–'
const isThere = (value: Maybe): value is number =>
  value !== null && value !== undefined && Number.isFinite(value)

/** A true minus sign is as wide as the digits. */
const withMinus = (text: string) => text.replace('-', '−')

const fixed = (digits: number) =>
  new Intl.NumberFormat('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const fixedByDigits = [0, 1, 2, 3, 4].map(fixed)
const significant = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 4 })

/** `12,345` */
export const formatCount = (value: Maybe) => (isThere(value) ? withMinus(fixed(0).format(value)) : absent)

/** `0.668` @param digits after the point, 0 to 4. */
export const formatDecimal = (value: Maybe, digits = 3) =>
  isThere(value) ? withMinus((fixedByDigits[digits] ?? fixed(digits)).format(value)) : absent

/** `+0.012` */
export const formatSigned = (value: Maybe, digits = 3) =>
  isThere(value) ? `${value < 0 ? '−' : '+'}${formatDecimal(Math.abs(value), digits)}` : absent

/** `11.5 %` of 0.115, never parted at the end of a line; what is there but rounds to nothing is `< 0.1 %`. */
export function formatShare(value: Maybe, digits = 1): string {
  if (!isThere(value)) return absent
  const least = 10 ** -digits
  const percent = value * 100
  const [sign, shown] =
    percent > 0 && percent < least / 2
      ? ['< ', least]
      : percent < 100 && percent > 100 - least / 2
        ? ['> ', 100 - least]
        : ['', percent]
  return `${sign}${formatDecimal(shown, digits)}\u00a0%`
}

/** `1.9 ×` */
export const formatLift = (value: Maybe) => (isThere(value) ? `${formatDecimal(value, 1)}\u00a0×` : absent)

/** Four significant digits, whole numbers in full: for values of any size. */
export function formatValue(value: Maybe): string {
  if (!isThere(value)) return absent
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return formatCount(value)
  const size = Math.abs(value)
  if (size >= 1e9 || size < 1e-4) return withMinus(value.toExponential(2))
  return withMinus(significant.format(value))
}

/** `21 Nov 2026, 02:31 UTC` of an ISO 8601 time. */
export function formatTime(iso: string): string {
  const time = new Date(iso)
  if (Number.isNaN(time.getTime())) return absent
  const day = time.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  })
  return `${day}, ${time.toISOString().slice(11, 16)} UTC`
}

/** `2026-11-21` of seconds since 1970: how values of a timestamp column are shown. */
export function formatDay(seconds: Maybe): string {
  if (!isThere(seconds) || Math.abs(seconds) > 8.64e12) return absent
  // A year beyond 9999 has six digits and a sign.
  return new Date(seconds * 1_000).toISOString().replace(/T.*/, '')
}

/** `2 min 5 s` */
export function formatSeconds(seconds: Maybe): string {
  if (!isThere(seconds)) return absent
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Checks of single values by the rules that their issuers publish: areas, check digits, calendars. */

/** Dashes are needed: nine digits alone are a quantity as well. Areas 000, 666 and 900 to 999 were never issued. */
export const isSocialSecurityNumber = (text: string): boolean =>
  /^(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}$/.test(text)

/** Luhn (ISO/IEC 7812-1, annex B) over all digits. */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48
    const weighed = at % 2 === 1 ? digit * 2 : digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return digits.length > 0 && sum % 10 === 0
}

/** 13 to 19 digits that begin as cards of the large networks do. */
export function isPaymentCard(text: string): boolean {
  const digits = text.replace(/[ -]/g, '')
  return (
    /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})$/.test(digits) &&
    passesLuhn(digits)
  )
}

/** Reporting bodies begin with 01, 35, 86, 91, 98 or 99. */
export const isImei = (text: string): boolean =>
  /^(?:01|35|86|91|98|99)\d{13}$/.test(text) && passesLuhn(text)

/** ISO 13616: letters count from 10, and the number is 1 modulo 97. */
export function isIban(text: string): boolean {
  const plain = text.replaceAll(' ', '')
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(plain)) return false
  let rest = 0
  for (const character of `${plain.slice(4)}${plain.slice(0, 4)}`)
    for (const digit of String(Number.parseInt(character, 36))) rest = (rest * 10 + Number(digit)) % 97
  return rest === 1
}

const vinWeights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
const vinValues = '0123456789.ABCDEFGH..JKLMN.P.R..STUVWXYZ'

/** 49 CFR 565.15: the ninth character checks the others. */
export function isVehicleNumber(text: string): boolean {
  if (!/^[A-HJ-NPR-Z0-9]{17}$/.test(text)) return false
  const sum = [...text].reduce(
    (all, character, at) => all + (vinValues.indexOf(character) % 10) * (vinWeights[at] ?? 0),
    0,
  )
  return text[8] === '0123456789X'[sum % 11]
}

export function isIpAddress(text: string): boolean {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (four !== null)
    return four.slice(1).every((each) => Number(each) <= 255 && String(Number(each)) === each)
  return (
    /^(?=.*[0-9a-f])(?=(?:[^:]*:){2,7}[^:]*$)[0-9a-f:]{2,39}$/i.test(text) &&
    !/:::|[0-9a-f]{5}/i.test(text) &&
    (text.includes('::') || text.split(':').length === 8)
  )
}

const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'
const ordered =
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
const turned = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?: \d{1,2}:\d{2}(?::\d{2})?)?$/
const worded = new RegExp(
  `^(?:\\d{1,2}[ -](?:${months})[a-z]*[ -]\\d{2,4}|(?:${months})[a-z]* \\d{1,2},? \\d{4})$`,
  'i',
)

/** A day of the calendar, written year first, day or month first, or with the month's name. A year alone is none. */
export function isDate(text: string): boolean {
  const [, year, month, day] = ordered.exec(text) ?? []
  if (year !== undefined)
    return isDay(Number(month), Number(day)) && Number(year) > 1800 && Number(year) < 2200
  const [, one, two] = turned.exec(text) ?? []
  if (one !== undefined) return isDay(Number(one), Number(two)) || isDay(Number(two), Number(one))
  return worded.test(text)
}

const isDay = (month: number, day: number) => month >= 1 && month <= 12 && day >= 1 && day <= 31

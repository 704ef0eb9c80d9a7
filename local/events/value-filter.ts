/** One element of a pattern's array against the values that an event has in that field. */

type Filter = Readonly<Record<string, unknown>>
type Test = (operand: unknown, value: unknown) => boolean

const isFilter = (value: unknown): value is Filter =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fold = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : value)

const affix =
  (has: (text: string, part: string) => boolean): Test =>
  (operand, value) => {
    if (typeof value !== 'string') return false
    if (typeof operand === 'string') return has(value, operand)
    const folded = isFilter(operand) ? operand['equals-ignore-case'] : undefined
    return typeof folded === 'string' && has(value.toLowerCase(), folded.toLowerCase())
  }

/** `*` stands for any characters, `\*` for itself, `\\` for a backslash. */
function wildcard(operand: unknown, value: unknown): boolean {
  if (typeof operand !== 'string' || typeof value !== 'string') return false
  const source = operand.replaceAll(/\\[*\\]|\*|[^*\\]+|\\/g, (token) =>
    token === '*'
      ? '.*'
      : token.replace(/^\\(?=[*\\])/, '').replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`),
  )
  return new RegExp(`^${source}$`, 's').test(value)
}

const comparisons: Readonly<Record<string, (value: number, bound: number) => boolean>> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
}

/** `[">", 0, "<=", 5]`: every comparison of the list must hold. */
function numeric(operand: unknown, value: unknown): boolean {
  if (!Array.isArray(operand) || typeof value !== 'number') return false
  for (let at = 0; at < operand.length; at += 2) {
    const compare = comparisons[String(operand[at])]
    const bound: unknown = operand[at + 1]
    if (compare === undefined || typeof bound !== 'number' || !compare(value, bound)) return false
  }
  return true
}

function anythingBut(operand: unknown, value: unknown): boolean {
  if (!isFilter(operand)) return ![operand].flat().includes(value)
  return Object.entries(operand).every(([name, refused]) => {
    const test = tests[name]
    return test !== undefined && ![refused].flat().some((one) => test(one, value))
  })
}

function cidr(operand: unknown, value: unknown): boolean {
  if (typeof operand !== 'string' || typeof value !== 'string') return false
  const [network = '', bits = '32'] = operand.split('/')
  const [low, address] = [ipv4(network), ipv4(value)]
  if (low === undefined || address === undefined) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(low / size) === Math.floor(address / size)
}

function ipv4(text: string): number | undefined {
  const octets = text.split('.').map(Number)
  const valid = octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255)
  return valid ? octets.reduce((sum, octet) => sum * 256 + octet, 0) : undefined
}

const tests: Readonly<Record<string, Test>> = {
  prefix: affix((text, part) => text.startsWith(part)),
  suffix: affix((text, part) => text.endsWith(part)),
  'equals-ignore-case': (operand, value) => fold(operand) === fold(value),
  'anything-but': anythingBut,
  numeric,
  wildcard,
  cidr,
}

export const isKnownFilter = (filter: Filter) => {
  const [name, ...more] = Object.keys(filter)
  return more.length === 0 && name !== undefined && (name === 'exists' || name in tests)
}

/** `values` are the leaves of the field in the event; none means that it is absent. */
export function fitsFilter(filter: unknown, values: readonly unknown[]): boolean {
  if (!isFilter(filter)) return values.includes(filter)
  const [[name, operand] = ['', undefined]] = Object.entries(filter)
  if (name === 'exists') return values.length > 0 === operand
  const test = tests[name]
  return test !== undefined && values.some((value) => test(operand, value))
}

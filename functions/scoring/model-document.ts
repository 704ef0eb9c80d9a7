/** Reading of a decoded model document: every access names its path, so that a refusal says where the file is wrong. */
import { RegimenError } from '../errors.ts'

export function refuseModel(where: string, got: string, expected: string): never {
  throw new RegimenError('ModelUnreadable', {
    what: 'the file is not a readable XGBoost model',
    where: `at ${where}`,
    got,
    expected,
    do: 'save the model again with the xgboost library (save_model, 1.7 to 3.x)',
  })
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) || ArrayBuffer.isView(value) ? 'an array' : `a ${typeof value}`
}

/** One object of the document, with its path. */
export class Section {
  readonly path: string
  private readonly values: object

  constructor(value: unknown, path: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value))
      refuseModel(path, kindOf(value), 'an object')
    this.values = value
    this.path = path
  }

  private at(key: string): string {
    return this.path === '' ? key : `${this.path}.${key}`
  }

  get(key: string): unknown {
    return Object.hasOwn(this.values, key) ? Reflect.get(this.values, key) : undefined
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }

  section(key: string): Section {
    return new Section(this.get(key), this.at(key))
  }

  text(key: string): string {
    const value = this.get(key)
    return typeof value === 'string' ? value : refuseModel(this.at(key), kindOf(value), 'a text')
  }

  /** An integer, which the library writes as text. */
  integer(key: string, min: number, max: number, fallback?: number): number {
    const value = this.get(key)
    if (value === undefined && fallback !== undefined) return fallback
    const parsed = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
    if (typeof parsed === 'number' && Number.isInteger(parsed) && parsed >= min && parsed <= max)
      return parsed
    return refuseModel(
      this.at(key),
      typeof parsed === 'number' ? String(parsed) : kindOf(value),
      `a whole number from ${min} to ${max}`,
    )
  }

  list(key: string): readonly unknown[] {
    const value = this.get(key)
    if (Array.isArray(value)) return value
    return refuseModel(this.at(key), kindOf(value), 'a list')
  }

  texts(key: string): string[] {
    if (!this.has(key)) return []
    return Array.from(this.list(key), (value) =>
      typeof value === 'string' ? value : refuseModel(this.at(key), kindOf(value), 'texts'),
    )
  }

  /** An array of numbers (booleans count as 0 and 1), of exactly `length` when that is given. */
  numbers(key: string, length?: number): ArrayLike<number> {
    const value = this.get(key)
    const where = this.at(key)
    let numbers: ArrayLike<number>
    if (isNumericArray(value)) numbers = value
    else if (Array.isArray(value)) {
      numbers = Float64Array.from(value, (item: unknown) => {
        if (typeof item === 'number') return item
        if (item === null) return Number.NaN
        return typeof item === 'boolean' ? Number(item) : refuseModel(where, kindOf(item), 'numbers')
      })
    } else return refuseModel(where, kindOf(value), 'an array of numbers')
    if (length !== undefined && numbers.length !== length)
      refuseModel(where, `${numbers.length} numbers`, `${length}, one per node`)
    return numbers
  }
}

function isNumericArray(value: unknown): value is Float32Array {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array)
}

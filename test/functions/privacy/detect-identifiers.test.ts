import { describe, expect, it } from 'vitest'
import {
  countIdentifiers,
  detectIdentifier,
  kindsByName,
} from '../../../functions/privacy/detect-identifiers.ts'
import { identifierKinds } from '../../../functions/privacy/identifier-kinds.ts'
import { type LabelledColumn, labelledColumns } from './labelled-columns.ts'

const detect = ({ name, values }: Pick<LabelledColumn, 'name' | 'values'>) => {
  const texts = [...new Set(values)]
  return detectIdentifier(name, countIdentifiers(name, texts), {
    count: values.length,
    distinct: texts.length,
  })
}

const seeds = [1, 2, 3, 4, 5]

describe('detecting identifiers', () => {
  it('finds at least 97 % of the identifying columns of the fixture, and names no harmless one', () => {
    for (const seed of seeds) {
      const columns = labelledColumns(seed)
      expect(columns.length).toBeGreaterThanOrEqual(120)
      const identifying = columns.filter(({ items }) => items.length > 0)
      const found = identifying.filter((column) => detect(column) !== undefined)
      const falsely = columns.filter((column) => column.items.length === 0 && detect(column) !== undefined)
      expect(found.length / identifying.length, `seed ${seed}`).toBeGreaterThanOrEqual(0.97)
      expect(found.length / (found.length + falsely.length), `seed ${seed}`).toBeGreaterThanOrEqual(0.97)
    }
  })

  it('names the right item of the Safe Harbor list', () => {
    for (const column of labelledColumns(7)) {
      const found = detect(column)
      if (found !== undefined) expect(column.items, column.name).toContain(found.item)
    }
  })

  it('takes a column for a longitude by a last `long`, not by one that lasts long', () => {
    const values = Array.from({ length: 50 }, (_, at) => (at / 61).toFixed(5))
    expect(detect({ name: 'geo_long', values })?.kind).toBe('position')
    expect(detect({ name: 'long_acting_insulin_share', values })).toBeUndefined()
  })

  it('has a kind for every item from A to R', () => {
    const items = new Set(Object.values(identifierKinds).map(({ item }) => item))
    expect([...items].sort().join('')).toBe('ABCDEFGHIJKLMNOPQR')
  })

  it('finds by value alone what has a form of its own, under a name that says nothing', () => {
    const telling = [
      'email',
      'ssn',
      'phone',
      'ip_address',
      'mac_address',
      'url',
      'uuid',
      'vin',
      'full_name',
      'dob',
    ]
    const columns = labelledColumns(3)
    const hidden = columns.filter(({ name }) => telling.includes(name))
    expect(hidden.length).toBeGreaterThanOrEqual(8)
    for (const { name, values } of hidden) expect(detect({ name: 'v', values })?.by, name).toBe('value')
    // Without their names, harmless columns are no more suspicious.
    const falsely = columns.filter(
      ({ items, values }) => items.length === 0 && detect({ name: 'v', values }) !== undefined,
    )
    expect(falsely.map(({ name }) => name)).toEqual([])
  })

  it('does not believe a name whose values say otherwise', () => {
    const few = (...levels: string[]) => Array.from({ length: 200 }, (_, at) => levels[at % levels.length]!)
    expect(detect({ name: 'email', values: few('yes', 'no') })).toBeUndefined()
    expect(detect({ name: 'ssn', values: few('known', 'unknown') })).toBeUndefined()
    expect(detect({ name: 'status_id', values: few('1', '2', '3') })).toBeUndefined()
  })

  it('tells words of a name apart however they are joined', () => {
    for (const name of ['date_of_birth', 'DateOfBirth', 'dateOfBirth', 'DATE-OF-BIRTH', 'date.of.birth'])
      expect(kindsByName(name)[0], name).toBe('date')
  })

  it('says nothing about a column without values', () => {
    expect(detectIdentifier('ssn', countIdentifiers('ssn', []), { count: 0, distinct: 0 })).toBeUndefined()
  })

  it('holds no value in what it finds', () => {
    const values = Array.from({ length: 50 }, (_, at) => `${120 + at}-45-${6_000 + at}`)
    const found = JSON.stringify([countIdentifiers('x', values), detect({ name: 'x', values })])
    expect(found).toContain('ssn')
    for (const value of values) expect(found).not.toContain(value)
  })
})

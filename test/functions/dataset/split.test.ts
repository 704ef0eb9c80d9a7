import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bounds, heldOutSql, isHeldOut, sideOf, sideSql, slotOf } from '../../../functions/dataset/split.ts'
import { type Database, openDatabase, textsOf } from '../../../functions/duckdb-store.ts'
import { quoteText } from '../../../functions/quote-sql.ts'

const split = { train: 0.6, validation: 0.1, calibration: 0.1, test: 0.2 }
const entity = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((text) => !text.includes('\u0000'))

describe('the split by entity', () => {
  let database: Database
  beforeAll(async () => {
    database = await openDatabase()
  })
  afterAll(() => database.close())

  it('reads the first eight digits of md5 as a number', () => {
    // The first eight digits of md5('1:abc') by coreutils' md5sum: 3560f4d3.
    expect(slotOf('1:abc')).toBe(0x3560f4d3 % 10_000)
  })

  // Feature: mlops-platform, Property 38: Dataset split reproducibility
  it('puts an entity on the same side every time, for any data and seed', () => {
    fc.assert(
      fc.property(fc.array(entity), fc.integer(), (entities, seed) => {
        const once = entities.map((each) => sideOf(each, seed, split))
        const again = entities.toReversed().map((each) => sideOf(each, seed, split))
        expect(again.toReversed()).toEqual(once)
      }),
    )
  })

  it('says the same in SQL as in TypeScript', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(entity, { minLength: 1, maxLength: 5 }),
        fc.integer(),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        async (entities, seed, holdout) => {
          const values = entities.map((each) => `(${quoteText(each)})`).join(', ')
          const { columns } = await database.columns(
            `SELECT ${sideSql('e', seed, split)} AS side, CAST(${heldOutSql('e', seed, holdout)} AS VARCHAR) AS held
             FROM (VALUES ${values}) AS t(e)`,
          )
          expect(textsOf(columns.side)).toEqual(entities.map((each) => sideOf(each, seed, split)))
          expect(textsOf(columns.held)).toEqual(
            entities.map((each) => String(isHeldOut(each, seed, holdout))),
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  it('gives each side its share of many entities', () => {
    const sides = Array.from({ length: 20_000 }, (_, at) => sideOf(`entity ${at}`, 3, split))
    for (const [side, share] of Object.entries(split)) {
      const found = sides.filter((each) => each === side).length / sides.length
      expect(Math.abs(found - share)).toBeLessThan(0.012)
    }
  })

  it('leaves no slot without a side, whatever the shares round to', () => {
    const thirds = { train: 1 / 3, validation: 1 / 3, calibration: 1 / 6, test: 1 / 6 }
    expect(bounds(thirds).map(({ end }) => end)).toEqual([3_333, 6_667, 8_333, 10_000])
  })

  it('holds nobody out at 0, and about the share otherwise', () => {
    const entities = Array.from({ length: 10_000 }, (_, at) => `entity ${at}`)
    expect(entities.some((each) => isHeldOut(each, 1, 0))).toBe(false)
    expect(Math.abs(entities.filter((each) => isHeldOut(each, 1, 0.3)).length - 3_000)).toBeLessThan(200)
  })
})

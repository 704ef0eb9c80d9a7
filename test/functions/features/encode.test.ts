import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode, encodeRows } from '../../../functions/features/encode.ts'
import type { FeatureColumns } from '../../../functions/features/examples.ts'
import { fitEncoder } from '../../../functions/features/fit-encoder.ts'
import { shortest, writeEncodedCsv } from '../../../functions/features/write-csv.ts'
import type { Profile } from '../../../functions/profile/profile.ts'
import { parcelsProject } from '../../builders/project.ts'

const base = { unreadable: 0, violations: [] }
const category = (levels: [string, number][], nulls: number) => ({
  kind: 'category' as const,
  type: 'category' as const,
  ...base,
  nulls,
  count: levels.reduce((sum, [, count]) => sum + count, 0),
  levels,
  otherCount: 0,
})
const number = {
  kind: 'numeric' as const,
  type: 'number' as const,
  ...base,
  count: 3,
  nulls: 0,
  min: 1,
  max: 4,
  mean: 7 / 3,
  m2: 4,
  levels: [
    [1, 1],
    [2, 1],
    [4, 1],
  ] as [number, number][],
}

/** A profile of parcels whose carriers are these. */
const profileWith = (carriers: [string, number][]): Profile => ({
  contract: 1,
  rows: 1_000,
  parts: [],
  duplicates: 0,
  rowHashes: [],
  columns: {},
  coMoments: [],
  features: {
    columns: {
      weight: number,
      stops: number,
      zone: category(
        [
          ['north', 600],
          ['south', 400],
        ],
        0,
      ),
      carrier: category(carriers, 100),
      fragile: category(
        [
          ['true', 500],
          ['false', 500],
        ],
        0,
      ),
    },
    sides: { train: { rows: 1_000, positives: 250, unlabelled: 0, sum: 250 } },
  },
})

const fitted = fitEncoder(
  profileWith([
    ['swift', 600],
    ['slow', 295],
    ['rare', 5],
  ]),
  parcelsProject(),
)

const rows = (columns: FeatureColumns['columns']): FeatureColumns => ({ rows: 2, columns })
const good = {
  weight: Float64Array.of(1.5, Number.NaN),
  stops: Float64Array.of(3, 4),
  zone: ['south', 'nowhere'],
  carrier: ['swift', null],
  fragile: ['true', 'perhaps'],
}

describe('fitting an encoder', () => {
  it('gives each kind its columns, and puts rare levels together', () => {
    expect(fitted.columns).toEqual([
      'weight',
      'stops',
      'zone',
      'carrier=slow',
      'carrier=swift',
      'carrier:other',
      'carrier:missing',
      'fragile=false',
      'fragile=true',
      'fragile:other',
      'fragile:missing',
    ])
    expect(fitted.features[0]).toMatchObject({ encoding: 'numeric', median: 2 })
  })

  it('encodes by frequency beyond the one-hot limit', () => {
    const many = Array.from({ length: 90 }, (_, at): [string, number] => [`carrier ${at}`, 10])
    const encoder = fitEncoder(profileWith(many), parcelsProject({ oneHotLimit: 64 }))
    const carrier = encoder.features.find(({ name }) => name === 'carrier')
    expect(carrier).toMatchObject({ encoding: 'frequency', columns: ['carrier'] })
    const { matrix, columns } = encode(rows({ ...good, carrier: ['carrier 7', 'new'] }), encoder)
    const place = encoder.columns.indexOf('carrier')
    expect([matrix[place], matrix[columns + place]]).toEqual([Math.fround(1 / 90), 0])
  })

  it('has a hash of its rules, the same for the same profile', () => {
    const carriers: [string, number][] = [
      ['swift', 600],
      ['slow', 300],
    ]
    const [a, b] = [
      fitEncoder(profileWith(carriers), parcelsProject()),
      fitEncoder(profileWith(carriers), parcelsProject()),
    ]
    expect(a.hash).toBe(b.hash)
    expect(a.hash).toMatch(/^[0-9a-f]{16}$/)
    expect(fitEncoder(profileWith([['swift', 900]]), parcelsProject()).hash).not.toBe(a.hash)
  })

  it('refuses a profile without examples', () => {
    const { features: _, ...bare } = profileWith([['a', 1]])
    expect(() => fitEncoder(bare, parcelsProject())).toThrow('the profile holds no example of the train side')
  })
})

describe('encoding', () => {
  it('writes missing as NaN or its own column, and unseen as "other"', () => {
    const { matrix, columns } = encode(rows(good), fitted)
    expect(columns).toBe(11)
    expect(Array.from(matrix.subarray(0, 11))).toEqual([1.5, 3, 2, 0, 1, 0, 0, 0, 1, 0, 0])
    expect(Array.from(matrix.subarray(11))).toEqual([Number.NaN, 4, Number.NaN, 0, 0, 0, 1, 0, 0, 1, 0])
  })

  it('puts exactly one 1 into each one-hot group, for any value', () => {
    const value = fc.option(fc.oneof(fc.constantFrom('swift', 'slow', '__proto__'), fc.string()), {
      nil: null,
    })
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (carrier) => {
        const size = carrier.length
        const { matrix, columns } = encode(
          {
            rows: size,
            columns: {
              weight: new Float64Array(size),
              stops: new Float64Array(size),
              zone: carrier,
              carrier,
              fragile: carrier,
            },
          },
          fitted,
        )
        for (let row = 0; row < size; row++) {
          const group = Array.from(matrix.subarray(row * columns + 3, row * columns + 7))
          expect(group.toSorted()).toEqual([0, 0, 0, 1])
          expect(group[3] === 1).toBe(carrier[row] === null)
        }
      }),
    )
  })

  it('encodes a stretch of rows as it encodes them all', () => {
    const whole = encode(rows(good), fitted).matrix
    expect(encodeRows(rows(good), fitted, 1, 2).matrix).toEqual(whole.slice(11))
  })

  const { zone: _, ...lacking } = good
  it.each<[string, FeatureColumns['columns']]>([
    ['feature "zone" is missing', lacking],
    ['feature "colour" was not there at training', { ...good, colour: ['red', 'red'] }],
    ['feature "stops" is not numeric as it was at training', { ...good, stops: ['3', '4'] }],
    ['feature "zone" is not ordinal as it was at training', { ...good, zone: Float64Array.of(1, 2) }],
    ['feature "zone" has another number of rows', { ...good, zone: ['north'] }],
  ])('refuses: %s', (message, columns) => {
    expect(() => encode(rows(columns), fitted)).toThrow(message)
    expect(() => encode(rows(columns), fitted)).toThrow(
      expect.objectContaining({ name: 'FeatureContractBroken' }),
    )
  })
})

describe('the encoded CSV', () => {
  it('is headerless, label first, with an empty cell for missing', () => {
    expect(writeEncodedCsv(Float64Array.of(1, 0), encode(rows(good), fitted)).toString()).toBe(
      '1,1.5,3,2,0,1,0,0,0,1,0,0\n0,,4,,0,0,0,1,0,0,1,0\n',
    )
  })

  it('reads back as the same float32, for any', () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: true }), { minLength: 1 }), (values) => {
        const matrix = Float32Array.from(values)
        const text = writeEncodedCsv(Float64Array.of(0), {
          matrix,
          rows: 1,
          columns: values.length,
        }).toString()
        const read = text
          .trimEnd()
          .split(',')
          .slice(1)
          .map((cell) => (cell === '' ? Number.NaN : Math.fround(Number(cell))))
        expect(read).toEqual(Array.from(matrix, (value) => value + 0))
      }),
      { numRuns: 1_000 },
    )
  })

  it('spends no more digits than needed', () => {
    expect([0.1, 1e-7, 123456.7, 16777216, 1 / 3].map(Math.fround).map(shortest)).toEqual([
      '0.1',
      '1e-7',
      '123456.7',
      '16777216',
      '0.33333334',
    ])
  })

  it('clamps what float32 cannot hold instead of writing an infinity', () => {
    const { matrix } = encode(rows({ ...good, weight: Float64Array.of(1e39, -1e39) }), fitted)
    expect([matrix[0], matrix[11]]).toEqual([3.4028234663852886e38, -3.4028234663852886e38])
  })
})

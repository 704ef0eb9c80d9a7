import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matchesPattern, parsePattern } from '../../../local/events/event-pattern.ts'

const event = {
  source: 'aws.sagemaker',
  'detail-type': 'SageMaker Model Package State Change',
  resources: ['arn:a', 'arn:b'],
  detail: {
    ModelApprovalStatus: 'Approved',
    version: 12,
    empty: '',
    nothing: null,
    flag: true,
    ip: '10.0.0.7',
    path: 'data/2026/part-1.csv',
    tags: [{ key: 'team', value: 'ml' }, { key: 'env' }],
  },
}

/** Pattern of `detail`, and whether it takes the event. */
const cases: [string, unknown, boolean][] = [
  ['an exact text', { ModelApprovalStatus: ['Approved', 'Rejected'] }, true],
  ['another text', { ModelApprovalStatus: ['Rejected'] }, false],
  ['a number', { version: [12] }, true],
  ['a number as text', { version: ['12'] }, false],
  ['null', { nothing: [null] }, true],
  ['an empty text', { empty: [''] }, true],
  ['a truth value', { flag: [true] }, true],
  ['prefix', { path: [{ prefix: 'data/' }] }, true],
  ['prefix in any case', { path: [{ prefix: { 'equals-ignore-case': 'DATA/' } }] }, true],
  ['suffix', { path: [{ suffix: '.csv' }] }, true],
  ['suffix of another kind', { path: [{ suffix: '.json' }] }, false],
  ['equals-ignore-case', { ModelApprovalStatus: [{ 'equals-ignore-case': 'APPROVED' }] }, true],
  ['anything-but a text', { ModelApprovalStatus: [{ 'anything-but': 'Rejected' }] }, true],
  ['anything-but a list with it', { ModelApprovalStatus: [{ 'anything-but': ['Approved', 'x'] }] }, false],
  ['anything-but a prefix', { path: [{ 'anything-but': { prefix: 'data/' } }] }, false],
  ['anything-but a wildcard', { path: [{ 'anything-but': { wildcard: '*.json' } }] }, true],
  ['anything-but of an absent field', { absent: [{ 'anything-but': 'x' }] }, false],
  ['numeric range', { version: [{ numeric: ['>', 10, '<=', 12] }] }, true],
  ['numeric range beside it', { version: [{ numeric: ['>', 12] }] }, false],
  ['numeric of a text', { empty: [{ numeric: ['=', 0] }] }, false],
  ['exists', { flag: [{ exists: true }] }, true],
  ['exists not', { absent: [{ exists: false }] }, true],
  ['exists not, of a nested field', { absent: { deeper: [{ exists: false }] } }, true],
  ['exists not, but it does', { flag: [{ exists: false }] }, false],
  ['wildcard', { path: [{ wildcard: 'data/*/part-*.csv' }] }, true],
  ['wildcard with a dot', { path: [{ wildcard: 'data?2026*' }] }, false],
  ['cidr', { ip: [{ cidr: '10.0.0.0/24' }] }, true],
  ['cidr elsewhere', { ip: [{ cidr: '10.1.0.0/24' }] }, false],
  ['a field of one of many objects', { tags: { key: ['env'] } }, true],
  ['$or, one holds', { $or: [{ version: [1] }, { flag: [true] }] }, true],
  ['$or, none holds', { $or: [{ version: [1] }, { flag: [false] }] }, false],
  ['$or beside a field that fails', { version: [1], $or: [{ flag: [true] }] }, false],
]

describe('an event pattern', () => {
  for (const [what, detail, expected] of cases)
    test(`${expected ? 'takes' : 'leaves'} an event by ${what}`, () => {
      expect(matchesPattern(parsePattern(JSON.stringify({ detail })), event)).toBe(expected)
    })

  test('takes an event when one element of an array fits', () => {
    expect(matchesPattern(parsePattern('{"resources": ["arn:b"]}'), event)).toBe(true)
    expect(matchesPattern(parsePattern('{"resources": ["arn:c"]}'), event)).toBe(false)
  })

  const refused: [string, string][] = [
    ['{', 'Filter is not an object'],
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"source": []}', 'Empty arrays are not allowed'],
    ['{"source": "aws.s3"}', '"source" must be an object or an array'],
    ['{"source": [{"begins": "a"}]}', 'Unrecognized match type begins'],
  ]
  for (const [text, reason] of refused)
    test(`${text} is refused`, () => {
      expect(() => parsePattern(text)).toThrow(`Event pattern is not valid. Reason: ${reason}`)
    })

  test('made of the event itself takes it, whatever it holds', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const name = fc.string({ minLength: 1 }).filter((key) => key !== '$or' && key !== '__proto__')
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.oneof(leaf, fc.dictionary(name, leaf, { minKeys: 1 })), { minKeys: 1 }),
        (one) => {
          const pattern = (value: unknown): unknown =>
            typeof value === 'object' && value !== null
              ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pattern(inner)]))
              : [value]
          expect(matchesPattern(parsePattern(JSON.stringify(pattern(one))), one)).toBe(true)
        },
      ),
      { numRuns: 200 },
    )
  })
})

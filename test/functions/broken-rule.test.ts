import { expect, test } from 'vitest'
import * as z from 'zod'
import { brokenRule } from '../../functions/broken-rule.ts'

const schema = z.object({
  rows: z.int().min(1),
  columns: z.array(z.object({ name: z.string(), type: z.enum(['number', 'text']) })).default([]),
  range: z
    .tuple([z.number(), z.number()])
    .refine(([from, to]) => from <= to, 'from is at most to')
    .optional(),
})
const broken = (value: unknown, document?: string) => brokenRule(schema.safeParse(value).error!, document)

test('tells the place, the type that came and the one that may stand there', () => {
  expect(broken({})).toEqual({ where: 'at rows', got: 'nothing', expected: 'number' })
  expect(broken([], 'search.json')).toEqual({
    where: 'search.json, at its root',
    got: 'array',
    expected: 'object',
  })
  expect(broken({ rows: 0 })).toEqual({ where: 'at rows', expected: 'number to be >=1' })
  expect(broken({ rows: 1, columns: [{ name: 'age', type: 'patient 7' }] })).toEqual({
    where: 'at columns.0.type',
    expected: 'one of "number"|"text"',
  })
})

test('tells our own rules in their words', () => {
  expect(broken({ rows: 1, range: [2, 1] })).toEqual({ where: 'at range', expected: 'from is at most to' })
})

test('of several shapes it holds the document against the nearest', () => {
  const shapes = z.object({
    source: z.union([
      z.object({ kind: z.literal('url'), url: z.string() }),
      z.object({ kind: z.literal('object'), uri: z.string(), region: z.string() }),
    ]),
  })
  expect(brokenRule(shapes.safeParse({ source: { kind: 'url' } }).error!)).toEqual({
    where: 'at source.url',
    got: 'nothing',
    expected: 'string',
  })
})

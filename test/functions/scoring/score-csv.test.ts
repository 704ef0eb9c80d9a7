/** `regimen score` on lines of CSV: what is read, what is written, what is refused. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readModel } from '../../../functions/scoring/read-model.ts'
import { scoreCsv } from '../../../functions/scoring/score-csv.ts'
import { asJson, modelDocument } from './random-model.ts'

const tree = { left: [1, -1, -1], right: [2, -1, -1], feature: [1, 0, 0], condition: [0.5, -1, 1] }
const identity = { objective: { name: 'reg:squarederror' } }
const document = modelDocument(2, [{ ...tree, defaultLeft: [0, 0, 0], cover: [4, 1, 3] }], identity)
const model = readModel(asJson(document))
const score = async (csv: string | string[], explain = false) => collect(scoreCsv(model, csv, { explain }))

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return all
}

test('one line comes out for each line that goes in; empty cells are missing', async () => {
  expect(await score('1,0\r\n2, 1 \r\n3,\n-4e2,+.5\n')).toEqual(['-0.5', '1.5', '1.5', '1.5'])
  expect(await score(['\uFEFF0,0', 'NaN,nan'])).toEqual(['-0.5', '1.5'])
  expect(await score('')).toEqual([])
})

test('explained lines hold one contribution per feature and the bias', async () => {
  expect(await score('1,0', true)).toEqual(['-0.5,0,-1.5,1'])
})

test('more lines than a block come out in order', async () => {
  const lines = Array.from({ length: 2_500 }, (_, row) => `0,${row % 3 === 0 ? 0 : 1}`)
  expect(await score(lines)).toEqual(lines.map((line) => (line === '0,0' ? '-0.5' : '1.5')))
})

test('a line of another width is refused with its number', async () => {
  const message =
    'expected 2, one per feature of the model, without label and header; correct the file, or use the model that belongs to it'
  await expect(score('1,2\n1,2,3')).rejects.toThrow(
    `the line does not fit the model, row 2: got 3 columns; ${message}`,
  )
  await expect(score('1,2\n\n')).rejects.toThrow('row 2: got 1 columns')
})

test('a cell that is no number is refused with its place, without its content', async () => {
  const refusal = 'expected a finite 32-bit float, or nothing where it is missing'
  await expect(score('1,2\n3,secret')).rejects.toThrow(
    `a cell is no number, row 2, column 2: ${refusal}; correct the cell`,
  )
  await expect(score('age,dose')).rejects.toThrow('the file must have no header')
  for (const cell of ['0x10', 'Infinity', '1e39', '1 2', 'true', '--1'])
    await expect(score(`1,${cell}`)).rejects.toThrow('row 1, column 2')
})

test('models of several classes give one column per class', async () => {
  const folder = new URL('fixtures/', import.meta.url)
  const classes = readModel(readFileSync(new URL('gbtree-softprob.json', folder)))
  const [line] = await collect(scoreCsv(classes, '1,2,3,4,5', { explain: true }))
  const numbers = line!.split(',').map(Number)
  expect(numbers).toHaveLength(3 + 3 * 6)
  expect(numbers.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 6)
})

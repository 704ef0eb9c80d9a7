import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readCsv } from '../../../local/training/read-csv.ts'
import { directoryWith } from './tables.ts'

function read(text: string, options?: { weights: boolean }) {
  return readCsv([join(directoryWith({ 'part.csv': text }), 'part.csv')], options)
}

test('reads decimals, exponents, signs, blanks and both line ends into float32 columns', () => {
  const table = read('1,2.5,-0.125\r\n0,,1e-3\n\n1, 7 ,nan\r\n0,12345678901234567,-.5')
  expect(table.rows).toBe(4)
  expect(table.columns).toBe(2)
  expect(Array.from(table.labels)).toEqual([1, 0, 1, 0])
  expect(Array.from(table.values)).toEqual(
    [2.5, Number.NaN, 7, 12345678901234568, -0.125, 1e-3, Number.NaN, -0.5].map(Math.fround),
  )
})

test('a byte order mark does not hide the first label', () => {
  expect(Array.from(read('\uFEFF1,2\n0,3\n').labels)).toEqual([1, 0])
})

test('takes the second column as the weight when asked', () => {
  const table = read('1,0.5,3\n0,2,4\n', { weights: true })
  expect(Array.from(table.weights ?? [])).toEqual([0.5, 2])
  expect(Array.from(table.values)).toEqual([3, 4])
})

test('joins the files of a channel in the given order', () => {
  const directory = directoryWith({ 'a.csv': '1,10', 'b.csv': '0,20\n1,30\n' })
  const table = readCsv([join(directory, 'b.csv'), join(directory, 'a.csv')])
  expect(Array.from(table.values)).toEqual([20, 30, 10])
})

test.each([
  ['1,2,3\n0,4\n', 'a row has another number of cells, file part.csv, row 2: got 2 cells; expected 3 cells'],
  [
    '1,2\n0,4,5\n',
    'a row has another number of cells, file part.csv, row 2: got more than 2 cells; expected 2 cells',
  ],
  [
    'label,x\n1,2\n',
    'a cell is not a number, file part.csv, row 1, column 1: expected a finite number; remove the header if the file has one',
  ],
  [
    '1,2\n\n0,secret\n',
    'a cell is not a number, file part.csv, row 3, column 2: expected a finite number; encode the column before training',
  ],
  [
    '1,2\n0,0x1F\n',
    'a cell is not a number, file part.csv, row 2, column 2: expected a finite number; encode the column before training',
  ],
  [
    '1,2\n0,Infinity\n',
    'a cell is not a number, file part.csv, row 2, column 2: expected a finite number; encode the column before training',
  ],
  ['', 'the channel holds no rows: got 0 rows; expected at least one row of "label,feature,…"'],
  [
    '1\n0\n',
    'the rows are too short, file part.csv: got 1 cells in the first row; expected label and at least one feature',
  ],
])('refuses %j with place and rule, without the cell', (text, message) => {
  expect(() => read(text)).toThrow(expect.objectContaining({ name: 'TrainingDataUnusable', message }))
})

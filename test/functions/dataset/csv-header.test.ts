import { expect, test } from 'vitest'
import { parseHeader } from '../../../functions/dataset/csv-header.ts'

test('a quote that stays open in the header is refused, not taken for the name of one column', () => {
  for (const text of [',"one,two,three\n,,\n', 'a;"b;c\n1;2;3\n'])
    expect(() => parseHeader(text, 's3://b/k')).toThrow('the header has a quote that is never closed')
})

test('one column may hold quotes and delimiters in its rows', () => {
  expect(parseHeader('text\n"hello, world"\nand 5" of rain\n', 's3://b/k')).toEqual({
    names: ['text'],
    delimiter: ',',
  })
})

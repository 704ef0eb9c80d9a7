import { describe, expect, it } from 'vitest'
import { columnSchema } from '../../functions/project.ts'

const messages = (column: object) =>
  columnSchema.safeParse(column).error?.issues.map(({ message }) => message)

describe('a column of the contract', () => {
  it('has bounds where it holds numbers, and levels where it is a category', () => {
    expect(messages({ name: 'a', type: 'integer', min: 1, max: 1 })).toBeUndefined()
    expect(messages({ name: 'a', type: 'category', levels: ['x'] })).toBeUndefined()
    for (const type of ['timestamp', 'category', 'boolean', 'text', 'identifier'])
      expect(messages({ name: 'a', type, max: 0 })).toEqual([
        'bounds are for columns of type integer or number',
      ])
    expect(messages({ name: 'a', type: 'number', levels: ['x'] })).toEqual([
      'levels are for columns of type category',
    ])
  })

  it('has no bounds that nothing is between', () => {
    expect(messages({ name: 'a', type: 'number', min: 2, max: 1 })).toEqual([
      'the least bound is above the greatest',
    ])
  })
})

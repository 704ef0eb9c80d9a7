import { describe, expect, it } from 'vitest'
import { listPage } from '../../../local/sagemaker/listing.ts'

const items = [
  {
    name: 'b-one',
    status: 'Failed',
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-05T00:00:00.000Z',
  },
  {
    name: 'a-two',
    status: 'Completed',
    createdAt: '2026-01-02T00:00:00.000Z',
    modifiedAt: '2026-01-03T00:00:00.000Z',
  },
  {
    name: 'c-one',
    status: 'Completed',
    createdAt: '2026-01-03T00:00:00.000Z',
    modifiedAt: '2026-01-04T00:00:00.000Z',
  },
]
const statuses = ['Completed', 'Failed', 'Stopped']
const names = (input: Record<string, unknown>) =>
  listPage(input, items, { statuses }).page.map(({ name }) => name)

describe('a List action of SageMaker', () => {
  it.each([
    [{}, ['c-one', 'a-two', 'b-one']],
    [{ SortBy: 'Name', SortOrder: 'Ascending' }, ['a-two', 'b-one', 'c-one']],
    [{ SortBy: 'Status', SortOrder: 'Ascending' }, ['a-two', 'c-one', 'b-one']],
    [{ NameContains: 'one' }, ['c-one', 'b-one']],
    [{ StatusEquals: 'Completed' }, ['c-one', 'a-two']],
    [{ CreationTimeAfter: '2026-01-02' }, ['c-one', 'a-two']],
    [{ CreationTimeBefore: '2026-01-02' }, ['a-two', 'b-one']],
    [{ LastModifiedTimeAfter: '2026-01-04' }, ['c-one', 'b-one']],
    [{ LastModifiedTimeBefore: '2026-01-04' }, ['c-one', 'a-two']],
  ])('answers %j', (input, expected) => {
    expect(names(input)).toEqual(expected)
  })

  it('goes on where the page before ended', () => {
    const { page, NextToken } = listPage({ MaxResults: 2 }, items, { statuses })
    expect(page).toHaveLength(2)
    expect(names({ MaxResults: 2, NextToken })).toEqual(['b-one'])
  })

  it('refuses a status or an order that there is none of', () => {
    expect(() => names({ StatusEquals: 'Odd' })).toThrow(/enum value set: \[Completed, Failed, Stopped\]/)
    expect(() => listPage({ SortBy: 'Status' }, items)).toThrow(/enum value set: \[Name, CreationTime\]/)
  })
})

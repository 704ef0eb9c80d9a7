/** What SageMaker's List actions have in common: the same filters, orders and pages, whatever is listed. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import type { Json } from '../service.ts'

export interface Listed {
  readonly name: string
  readonly createdAt: string
  readonly modifiedAt?: string
  readonly status?: string
}

interface Listing {
  /** The filter's set; without it nothing has a status. */
  readonly statuses?: readonly string[]
  /** @default the newest first */
  readonly order?: 'Ascending' | 'Descending'
}

const requestOf = ({ statuses = [], order = 'Descending' }: Listing) =>
  z.object({
    NameContains: z.string().max(63).optional(),
    ...(statuses.length === 0 ? {} : { StatusEquals: z.enum(statuses).optional() }),
    CreationTimeAfter: timestamp.optional(),
    CreationTimeBefore: timestamp.optional(),
    LastModifiedTimeAfter: timestamp.optional(),
    LastModifiedTimeBefore: timestamp.optional(),
    SortBy: z
      .enum(['Name', 'CreationTime', ...(statuses.length === 0 ? [] : ['Status'])])
      .default('CreationTime'),
    SortOrder: z.enum(['Ascending', 'Descending']).default(order),
    MaxResults: z.int().min(1).max(100).default(10),
    NextToken: z.string().optional(),
  })

/** @throws AwsError `ValidationException` as AWS words a filter that it does not take */
export function listPage<Item extends Listed>(
  input: Json,
  items: readonly Item[],
  listing: Listing = {},
): { page: Item[]; NextToken?: string } {
  const filter = acceptInput(requestOf(listing), input)
  const status = 'StatusEquals' in filter ? filter.StatusEquals : undefined
  const direction = filter.SortOrder === 'Ascending' ? 1 : -1
  const key = (item: Item) =>
    filter.SortBy === 'Name'
      ? item.name
      : `${filter.SortBy === 'Status' ? item.status : item.createdAt} ${item.name}`
  const found = items
    .filter(
      (item) =>
        (filter.NameContains === undefined || item.name.includes(filter.NameContains)) &&
        (status === undefined || item.status === status) &&
        isWithin(item.createdAt, filter.CreationTimeAfter, filter.CreationTimeBefore) &&
        isWithin(item.modifiedAt, filter.LastModifiedTimeAfter, filter.LastModifiedTimeBefore),
    )
    .sort((a, b) => direction * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
  return nextPage(found, filter.MaxResults, filter.NextToken)
}

/** Both bounds are within; what has no such time is not asked for it. */
const isWithin = (time: string | undefined, after: Date | undefined, before: Date | undefined) =>
  time === undefined ||
  ((after === undefined || Date.parse(time) >= after.getTime()) &&
    (before === undefined || Date.parse(time) <= before.getTime()))

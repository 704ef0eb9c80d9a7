/** Cuts a sorted list into pages, as the List actions of AWS do; the token is opaque to the caller. */
import { AwsError } from './service.ts'

/** @throws AwsError `ValidationException` when the token was not handed out by this function. */
export function nextPage<Item>(
  items: readonly Item[],
  size: number,
  token: string | undefined,
): { page: Item[]; NextToken?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString().replace('at:', ''))
  if (!Number.isInteger(from) || from < 0)
    throw new AwsError('ValidationException', 'Invalid pagination token.')
  const to = from + size
  return {
    page: items.slice(from, to),
    ...(to < items.length ? { NextToken: Buffer.from(`at:${to}`).toString('base64url') } : {}),
  }
}

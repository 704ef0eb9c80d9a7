/** The partition key of a call, as IAM is told it: who may not see some items is refused them and nothing else. */
import { describe, expect, test } from 'vitest'
import { leadingKey } from '../../../local/iam/leading-key.ts'

const key = 'dynamodb:LeadingKeys'

describe('the leading key', () => {
  test.each([
    ['of an item that is read', { Key: { pk: { S: 'RUN#1' }, sk: { S: 'RUN' } } }],
    ['of an item that is put, whatever index it is in', { Item: { pk: { S: 'RUN#1' }, gsi1pk: { S: 'x' } } }],
    [
      'of a query by names and values',
      {
        KeyConditionExpression: '#sk > :sk AND #pk = :pk',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': { S: 'RUN#1' }, ':sk': { S: 'a' } },
      },
    ],
    [
      'of a query of the index',
      {
        IndexName: 'gsi1',
        KeyConditionExpression: 'gsi1pk = :day',
        ExpressionAttributeValues: { ':day': { S: 'RUN#1' } },
      },
    ],
  ])('is that %s', (_, input) => {
    expect(leadingKey(input)).toEqual({ [key]: 'RUN#1' })
  })

  test('is none where the call names no item', () => {
    expect(leadingKey({ TableName: 'regimen-dev' })).toEqual({ [key]: undefined })
  })
})

import { describe, expect, test } from 'vitest'
import { namedFault } from '../../functions/service-fault.ts'

const failed = (name: string, httpStatusCode: number) =>
  Object.assign(new Error('no'), { name, $metadata: { httpStatusCode } })

describe('an error of an AWS client', () => {
  test('that passes gets the name that Retry lists, and keeps its cause', () => {
    for (const error of [
      failed('ThrottlingException', 400),
      failed('Whatever', 503),
      failed('TimeoutError', 0),
    ])
      expect(namedFault(error, 'the table did not answer')).toMatchObject({
        name: 'ServiceUnavailable',
        message: `the table did not answer: got ${error.name}`,
        cause: error,
      })
  })

  test('of the request stays what it is', () => {
    for (const error of [
      failed('ValidationException', 400),
      failed('NotImplemented', 501),
      new TypeError('x'),
      'text',
    ])
      expect(namedFault(error, 'x')).toBe(error)
  })
})

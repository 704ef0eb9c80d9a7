import { expect, test } from 'vitest'
import { letGo } from '../../../cli/stack/let-go.ts'

test('what an update let go of is told, and the records of older releases are not', () => {
  const type = 'aws:s3/bucket:Bucket'
  const urn = (name: string) => `urn:pulumi:dev::regimen::${type}::${name}`
  expect(
    letGo([
      { urn: urn('data'), type, change: 'retained', protect: true },
      { urn: urn('record'), type, change: 'retained', protect: false },
      { urn: urn('held'), type, change: 'unchanged', protect: true },
    ]),
  ).toEqual(['let go of, and kept: aws:s3/bucket:Bucket data'])
})

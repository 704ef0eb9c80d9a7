import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CallRecord, kindOf, readCalls } from '../../../local/iam/call-record.ts'

test('each kind of call is noted once, whatever it was about and however often the record is opened', () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-calls-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'deep', 'calls.jsonl')
  for (let opened = 0; opened < 2; opened++) {
    const record = new CallRecord(file)
    for (const key of ['a', 'b'])
      record.note('arn:aws:iam::000000000000:role/one', 's3:GetObject', `arn:aws:s3:::bucket/${key}`, true)
    record.note('arn:aws:sts::000000000000:assumed-role/two/session', 'sns:Publish', '*', false)
  }
  expect(readCalls(file)).toEqual([
    { role: 'one', action: 's3:GetObject', kind: 's3:object', allowed: true },
    { role: 'two', action: 'sns:Publish', kind: '*', allowed: false },
  ])
})

test('a kind is the service and its type of resource, and no name', () => {
  expect(
    [
      'arn:aws:s3:::bucket',
      'arn:aws:dynamodb:us-east-1:0:table/regimen-dev/index/gsi1',
      'arn:aws:sns:us-east-1:0:regimen-dev-alerts',
      'arn:aws:lambda:us-east-1:0:function:plan-parts:live',
      'arn:aws:logs:us-east-1:0:log-group:/aws/lambda/x:*',
    ].map(kindOf),
  ).toEqual(['s3:bucket', 'dynamodb:table', 'sns:topic', 'lambda:function', 'logs:log-group'])
})

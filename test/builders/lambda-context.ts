/** What Lambda hands a handler beside the event. */
import type { Context } from 'aws-lambda'

export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'regimen-test-function',
  functionVersion: '1',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:regimen-test-function:1',
  memoryLimitInMB: '1024',
  awsRequestId: '00000000-0000-0000-0000-000000000000',
  logGroupName: '/aws/lambda/regimen-test-function',
  logStreamName: 'test',
  getRemainingTimeInMillis: () => 60_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
}

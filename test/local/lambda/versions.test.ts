import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lambdaResources } from '../../../local/lambda/resources.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { ownerCall, putFunction } from './functions.ts'

let cloud: TestCloud
const lambda = () => new LambdaClient(cloud.client())
const answering = (value: number) => `export const handler = () => ${value}`

beforeEach(async () => {
  cloud = await testCloud()
})
afterEach(() => cloud.stop())

async function call(FunctionName: string): Promise<string> {
  const { Payload } = await lambda().send(new InvokeCommand({ FunctionName }))
  return Buffer.from(Payload ?? []).toString()
}

describe('versions and aliases', () => {
  it('keep what was published while the function changes, also over a restart', async () => {
    const first = await putFunction(cloud, 'f', answering(1), { publish: true })
    const second = await putFunction(cloud, 'f', answering(2), { publish: true }, true)
    expect([first.qualifiedArn, second.qualifiedArn]).toEqual([
      'arn:aws:lambda:us-east-1:000000000000:function:f:1',
      'arn:aws:lambda:us-east-1:000000000000:function:f:2',
    ])
    cloud = await cloud.restart()
    expect(await call(String(first.qualifiedArn))).toBe('1')
    expect(await call('f:2')).toBe('2')
    const { Versions } = await lambda().send(new ListVersionsByFunctionCommand({ FunctionName: 'f' }))
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2'])
  })

  it('publish nothing new when nothing changed', async () => {
    await putFunction(cloud, 'f', answering(1), { publish: true })
    expect(await putFunction(cloud, 'f', answering(1), { publish: true }, true)).toMatchObject({
      version: '1',
    })
  })

  it('follow an alias to the version that it names', async () => {
    await putFunction(cloud, 'f', answering(1), { publish: true })
    await putFunction(cloud, 'f', answering(2), { publish: true }, true)
    const type = lambdaResources['aws:lambda/alias:Alias']!
    const alias = { name: 'live', functionName: 'f', functionVersion: '1' }
    const { id } = await type.create(alias, ownerCall(cloud))
    expect(await call('f:live')).toBe('1')
    await type.update!(id, { ...alias, functionVersion: '2' }, alias, ownerCall(cloud))
    expect(await call(id)).toBe('2')
    const { Configuration } = await lambda().send(
      new GetFunctionCommand({ FunctionName: 'f', Qualifier: 'live' }),
    )
    expect(Configuration?.Version).toBe('2')
  })
})

describe('asynchronous calls', () => {
  it('are accepted at once and kept as a dead letter when they fail for good', async () => {
    const code = `import { appendFileSync } from 'node:fs'
      export const handler = ({ file }) => { appendFileSync(file, 'x'); throw new Error('never') }`
    await putFunction(cloud, 'fails', code)
    const type = lambdaResources['aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig']!
    await type.create({ functionName: 'fails', maximumRetryAttempts: 0 }, ownerCall(cloud))
    const Payload = Buffer.from(JSON.stringify({ file: join(cloud.directory, 'tries') }))
    const answer = await lambda().send(
      new InvokeCommand({ FunctionName: 'fails', InvocationType: 'Event', Payload }),
    )
    expect(answer.StatusCode).toBe(202)
    const letters = join(cloud.directory, 'lambda', 'dead-letters')
    const settled = () => {
      expect(existsSync(letters) && readdirSync(letters)).toHaveLength(1)
      expect(readdirSync(join(cloud.directory, 'lambda', 'events'))).toEqual([])
    }
    await vi.waitFor(settled, { timeout: 20_000 })
  })
})

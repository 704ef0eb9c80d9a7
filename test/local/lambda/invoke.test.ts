import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lambdaResources } from '../../../local/lambda/resources.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'
import { codeDirectory, ownerCall, putFunction } from './functions.ts'

let cloud: TestCloud
let lambda: LambdaClient

beforeAll(async () => {
  cloud = await testCloud({ lambdaConcurrency: 2 })
  lambda = new LambdaClient(cloud.client())
})
afterAll(() => cloud.stop())

async function invoke(FunctionName: string, payload: unknown = {}, more: object = {}) {
  const answer = await lambda.send(
    new InvokeCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)), ...more }),
  )
  const text = Buffer.from(answer.Payload ?? []).toString()
  return { ...answer, value: text === '' ? undefined : JSON.parse(text) }
}

describe('invoking a local function', () => {
  it('hands over the event and answers what the handler returns', async () => {
    await putFunction(cloud, 'echo', 'export const handler = async (event) => ({ got: event })')
    const answer = await invoke('echo', { a: [1, 'ü'] })
    expect(answer).toMatchObject({
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      value: { got: { a: [1, 'ü'] } },
    })
    expect(answer.FunctionError).toBeUndefined()
  })

  it('gives it its own environment, role key, scratch directory and context', async () => {
    const code = `import { tmpdir } from 'node:os'
      export const handler = async (_, context) => ({
        mine: process.env.MINE, home: process.env.HOME === tmpdir(), key: process.env.AWS_ACCESS_KEY_ID,
        endpoint: process.env.AWS_ENDPOINT_URL, root: process.env.LAMBDA_TASK_ROOT === import.meta.dirname,
        arn: context.invokedFunctionArn, left: context.getRemainingTimeInMillis() > 5000, id: context.awsRequestId.length })`
    await putFunction(cloud, 'about', code, { environment: { variables: { MINE: 'yes' } } })
    expect((await invoke('about')).value).toEqual({
      mine: 'yes',
      home: true,
      key: cloud.running.cloud.credentials('arn:aws:iam::000000000000:role/about').accessKeyId,
      endpoint: cloud.running.endpoint,
      root: true,
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:about',
      left: true,
      id: 36,
    })
  })

  it('names an error by its class, as the state machine sees it', async () => {
    const code = `class DatasetNotFound extends Error { name = 'DatasetNotFound' }
      export const handler = () => { throw new DatasetNotFound('no such dataset') }`
    await putFunction(cloud, 'throws', code)
    const answer = await invoke('throws')
    expect(answer.FunctionError).toBe('Unhandled')
    expect(answer.value).toMatchObject({ errorType: 'DatasetNotFound', errorMessage: 'no such dataset' })
    expect(answer.value.trace[0]).toBe('DatasetNotFound: no such dataset')
  })

  it('ends a function that takes too long, in the words of AWS, and runs the next event', async () => {
    const code =
      'export const handler = (event) => new Promise((done) => setTimeout(() => done(1), event.wait))'
    await putFunction(cloud, 'slow', code, { timeout: 1 })
    const answer = await invoke('slow', { wait: 60_000 })
    expect(answer.FunctionError).toBe('Unhandled')
    expect(answer.value.errorType).toBe('Sandbox.Timedout')
    expect(answer.value.errorMessage).toMatch(
      /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
    )
    expect((await invoke('slow', { wait: 0 })).value).toBe(1)
  })

  it('reports a process that ends by itself', async () => {
    await putFunction(cloud, 'exits', 'export const handler = () => process.exit(3)')
    expect((await invoke('exits')).value).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(/Error: Runtime exited with error: exit status 3$/),
    })
  })

  it.each([
    ['no-module', 'other.handler', 'Runtime.ImportModuleError', "Error: Cannot find module 'other'"],
    ['no-handler', 'index.absent', 'Runtime.HandlerNotFound', 'index.absent is undefined or not exported'],
  ])('says what is wrong with the handler (%s)', async (name, handler, errorType, errorMessage) => {
    await putFunction(cloud, name, 'export const handler = () => 1', { handler })
    expect((await invoke(name)).value).toMatchObject({ errorType, errorMessage })
  })

  it('uses a warm process again and another one for an event at the same time', async () => {
    const code = `let calls = 0
      export const handler = async ({ wait }) => { await new Promise((done) => setTimeout(done, wait)); return [process.pid, ++calls] }`
    await putFunction(cloud, 'warm', code)
    const [first] = (await invoke('warm', { wait: 0 })).value
    expect((await invoke('warm', { wait: 0 })).value).toEqual([first, 2])
    const both = await Promise.all([invoke('warm', { wait: 300 }), invoke('warm', { wait: 300 })])
    expect(new Set(both.map(({ value }) => value[0])).size).toBe(2)
  })

  it('shows its output in the log tail and in the log file', async () => {
    await putFunction(
      cloud,
      'speaks',
      "export const handler = () => { console.log('out'); console.error('err'); return 1 }",
    )
    const answer = await invoke('speaks', {}, { LogType: 'Tail' })
    const tail = Buffer.from(answer.LogResult ?? '', 'base64').toString()
    expect(tail.split('\n').map((line) => line.split(/[ \t]/)[0])).toEqual(
      expect.arrayContaining(['START', 'out', 'err', 'END', 'REPORT']),
    )
    expect(readFileSync(join(cloud.directory, 'logs', 'speaks.log'), 'utf8')).toContain(' out\n')
  })

  it('finds packages of a layer by import and by require', async () => {
    const layer = codeDirectory(cloud, {
      'nodejs/node_modules/@scope/tool/package.json': JSON.stringify({
        name: '@scope/tool',
        main: 'main.js',
      }),
      'nodejs/node_modules/@scope/tool/main.js': 'exports.answer = 42',
    })
    const made = await lambdaResources['aws:lambda/layerVersion:LayerVersion']!.create(
      { layerName: 'tools', code: layer },
      ownerCall(cloud),
    )
    const code = `import tool from '@scope/tool'
      import { createRequire } from 'node:module'
      export const handler = () => [tool.answer, createRequire(import.meta.url)('@scope/tool').answer]`
    await putFunction(cloud, 'layered', code, { layers: [made.id] })
    expect((await invoke('layered')).value).toEqual([42, 42])
  })

  it('runs DuckDB in several functions at once and after others were killed', async () => {
    const code = `import { createRequire } from 'node:module'
      const { DuckDBInstance } = createRequire(${JSON.stringify(join(process.cwd(), 'package.json'))})('@duckdb/node-api')
      export const handler = async ({ rows }) => {
        const connection = await (await DuckDBInstance.create(':memory:')).connect()
        return String((await connection.runAndReadAll('select sum(i) from range(' + rows + ') t(i)')).getRows()[0][0]) }`
    await putFunction(cloud, 'duck', code, { timeout: 2, memorySize: 512 })
    const [killed, answered] = await Promise.all([
      invoke('duck', { rows: 10 ** 12 }),
      invoke('duck', { rows: 100 }),
    ])
    expect(killed.value.errorType).toBe('Sandbox.Timedout')
    expect(answered.value).toBe('4950')
    expect((await invoke('duck', { rows: 10 })).value).toBe('45')
  })

  it('refuses an unknown function by its ARN', async () => {
    await expect(invoke('nobody')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
    })
  })
})

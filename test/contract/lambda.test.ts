/** Lambda: invoking and describing functions. On the local cloud they are made as a deploy makes them, on moto by its API. */
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { expect } from 'vitest'
import { lambdaResources } from '../../local/lambda/resources.ts'
import { ownerCall, putFunction } from '../local/lambda/functions.ts'
import { contract, refusal, type Server, unique } from './contract.ts'

const documented = (action: string) => `https://docs.aws.amazon.com/lambda/latest/api/API_${action}.html`
const Role = 'arn:aws:iam::000000000000:role/function'
const code = `export const handler = async (event) => {
  if (event?.fail) throw new RangeError('too far')
  return { got: event }
}`
const Environment = { Variables: { BUCKET: 'b' } }

/** Moto looks for the role; the IAM client is no dependency, so the call is made by hand. */
async function makeRole(endpoint: string): Promise<void> {
  const authorization =
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=0'
  const body = new URLSearchParams({
    Action: 'CreateRole',
    Version: '2010-05-08',
    RoleName: 'function',
    AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [] }),
  })
  const answer = await fetch(endpoint, { method: 'POST', headers: { authorization }, body })
  if (!answer.ok) throw new Error(`CreateRole: ${await answer.text()}`)
}

async function open({ client, cloud, endpoint }: Server) {
  const lambda = new LambdaClient(client)
  const FunctionName = unique('contract')
  const settings = { Description: 'echo', Timeout: 5, MemorySize: 256 }
  if (cloud === undefined) {
    await makeRole(endpoint)
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Role,
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Code: { ZipFile: emptyZip },
        Environment,
        ...settings,
      }),
    )
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName }))
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: Version ?? '' }))
  } else {
    const { Description: description, Timeout: timeout, MemorySize: memorySize } = settings
    const environment = { variables: Environment.Variables }
    await putFunction(cloud, FunctionName, code, {
      role: Role,
      description,
      timeout,
      memorySize,
      environment,
      publish: true,
    })
    const alias = { name: 'live', functionName: FunctionName, functionVersion: '1' }
    await lambdaResources['aws:lambda/alias:Alias']?.create(alias, ownerCall(cloud))
  }
  const invoke = async (payload: unknown, more: Partial<InvokeCommandInput> = {}) => {
    const Payload = typeof payload === 'string' ? payload : JSON.stringify(payload)
    const answer = await lambda.send(new InvokeCommand({ FunctionName, Payload, ...more }))
    const text = Buffer.from(answer.Payload ?? []).toString('utf8')
    return { ...answer, body: text === '' ? undefined : text }
  }
  return { lambda, FunctionName, invoke, settings }
}

/** An archive with nothing in it: the record that ends one. */
const emptyZip = Buffer.concat([Buffer.from([0x50, 0x4b, 5, 6]), Buffer.alloc(18)])
const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`

contract('Lambda', open, (agree) => {
  agree('describes a function', async ({ lambda, FunctionName, settings }) => {
    const configuration = {
      FunctionName,
      FunctionArn: functionArn(FunctionName),
      Role,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Environment,
      State: 'Active',
      Version: '$LATEST',
      PackageType: 'Zip',
      ...settings,
    }
    const found = await lambda.send(new GetFunctionCommand({ FunctionName }))
    expect(found.Configuration).toMatchObject(configuration)
    const same = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
    expect(same).toMatchObject(configuration)
    expect(same.CodeSha256).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  })

  agree('finds a function by name, ARN and qualifier', async ({ lambda, FunctionName }) => {
    for (const name of [FunctionName, functionArn(FunctionName)]) {
      const found = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }))
      expect(found.FunctionName).toBe(FunctionName)
    }
    const one = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier: '1' }))
    expect(one).toMatchObject({ Version: '1', FunctionArn: `${functionArn(FunctionName)}:1` })
  })

  agree('says which function is not there', async ({ lambda }) => {
    const call = lambda.send(new GetFunctionCommand({ FunctionName: 'absent' }))
    expect(await refusal(call)).toEqual({ name: 'ResourceNotFoundException', status: 404 })
  })

  agree(
    'invokes no function that is not there',
    { moto: 'answers for any name where it may not use Docker', documented: documented('Invoke') },
    async ({ invoke }) => {
      expect(await refusal(invoke({}, { FunctionName: 'absent' }))).toEqual({
        name: 'ResourceNotFoundException',
        status: 404,
      })
    },
  )

  agree(
    'writes the time of a change as ISO 8601 in milliseconds with a numeric zone',
    { moto: 'writes nanoseconds and Z', documented: documented('FunctionConfiguration') },
    async ({ lambda, FunctionName }) => {
      const { LastModified } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
      expect(LastModified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
    },
  )

  agree('lists functions and versions', async ({ lambda, FunctionName }) => {
    const { Functions } = await lambda.send(new ListFunctionsCommand({}))
    expect(Functions?.map((found) => found.FunctionName)).toContain(FunctionName)
    const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }))
    expect(Versions?.map(({ Version }) => Version)).toEqual(['$LATEST', '1'])
  })

  agree('publishes no second version of what has not changed', async ({ lambda, FunctionName }) => {
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName }))
    expect(Version).toBe('1')
  })

  agree('describes, lists and moves an alias', async ({ lambda, FunctionName }) => {
    const alias = { Name: 'live', FunctionVersion: '1', AliasArn: `${functionArn(FunctionName)}:live` }
    expect(await lambda.send(new GetAliasCommand({ FunctionName, Name: 'live' }))).toMatchObject(alias)
    const { Aliases } = await lambda.send(new ListAliasesCommand({ FunctionName }))
    expect(Aliases).toMatchObject([alias])
    const move = { FunctionName, Name: 'live', FunctionVersion: '$LATEST' }
    expect(await lambda.send(new UpdateAliasCommand(move))).toMatchObject({ FunctionVersion: '$LATEST' })
    await lambda.send(new UpdateAliasCommand({ ...move, FunctionVersion: '1' }))
    const call = lambda.send(new GetAliasCommand({ FunctionName, Name: 'absent' }))
    expect(await refusal(call)).toEqual({ name: 'ResourceNotFoundException', status: 404 })
  })

  agree(
    'invokes a function and says which version answered',
    { moto: 'does not say which', documented: documented('Invoke') },
    async ({ invoke }) => {
      const answer = await invoke({ a: 1 })
      expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' })
      expect(answer.FunctionError).toBeUndefined()
    },
  )

  agree(
    'takes an event and answers at once',
    { moto: 'answers with the event', documented: documented('Invoke') },
    async ({ invoke }) => {
      const answer = await invoke({ a: 1 }, { InvocationType: 'Event' })
      expect(answer.StatusCode).toBe(202)
      expect(answer.body).toBeUndefined()
    },
  )

  agree('invokes a function', async ({ invoke }) => {
    const answer = await invoke({ a: 1 })
    expect(answer.StatusCode).toBe(200)
    expect(answer.FunctionError).toBeUndefined()
  })

  agree('checks without running', async ({ invoke }) => {
    expect((await invoke({}, { InvocationType: 'DryRun' })).StatusCode).toBe(204)
  })

  agree(
    'hands the event over and the answer back',
    { moto: 'answers a fixed text where it may not use Docker', documented: documented('Invoke') },
    async ({ invoke, FunctionName }) => {
      expect(JSON.parse((await invoke({ a: 'ü' })).body ?? '')).toEqual({ got: { a: 'ü' } })
      const aliased = await invoke({ a: 2 }, { FunctionName: `${functionArn(FunctionName)}:live` })
      expect(aliased.ExecutedVersion).toBe('1')
    },
  )

  agree(
    'says how a function failed, and what it wrote',
    { moto: 'runs no function where it may not use Docker', documented: documented('Invoke') },
    async ({ invoke }) => {
      const answer = await invoke({ fail: true }, { LogType: 'Tail' })
      expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' })
      expect(JSON.parse(answer.body ?? '')).toMatchObject({
        errorType: 'RangeError',
        errorMessage: 'too far',
      })
      expect(Buffer.from(answer.LogResult ?? '', 'base64').toString()).toContain('RequestId')
    },
  )

  agree(
    'refuses a payload that is no JSON',
    { moto: 'does not look at the payload', documented: documented('Invoke') },
    async ({ invoke }) => {
      expect(await refusal(invoke('{'))).toEqual({ name: 'InvalidRequestContentException', status: 400 })
    },
  )
})

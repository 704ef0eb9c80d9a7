/** Pulumi's Lambda types that change what runs: functions, aliases, layers, settings of asynchronous calls. */
import * as z from 'zod'
import { AwsError, type Call, type Json, type ResourceType } from '../service.ts'
import type { FunctionRecord, FunctionVersion } from './function-record.ts'
import { FunctionStore } from './function-store.ts'

/** What an archive becomes on the way from the program to the cloud: a directory named by its content. */
const archive = z.object({ directory: z.string(), hash: z.string() })

const functionInputs = z.object({
  name: z.string().regex(/^[\w-]{1,64}$/, 'expected 1 to 64 letters, digits, - and _'),
  role: z.string().startsWith('arn:'),
  runtime: z.string().regex(/^nodejs\d+\.x$/, 'the local Lambda runs Node.js functions only'),
  handler: z.string().min(3),
  code: archive,
  description: z.string().max(256).default(''),
  timeout: z.number().min(1).max(900).default(3),
  memorySize: z.number().min(128).max(10_240).default(128),
  environment: z
    .object({ variables: z.record(z.string(), z.string()).default({}) })
    .default({ variables: {} }),
  layers: z.array(z.string()).max(5).default([]),
  architectures: z.array(z.string()).default(['x86_64']),
  publish: z.boolean().default(false),
})

async function put(inputs: Json, call: Call): Promise<Json> {
  const { cloud } = call
  const wanted = parse(functionInputs, inputs, 'aws:lambda/function:Function')
  const store = FunctionStore.of(cloud)
  if (cloud.access?.trusts(wanted.role, 'lambda.amazonaws.com', store.arn(wanted.name)) === false) {
    throw new AwsError(
      'InvalidParameterValueException',
      'The role defined for the function cannot be assumed by Lambda.',
    )
  }
  const before = store.find(wanted.name)
  const latest: FunctionVersion = {
    functionName: wanted.name,
    version: '$LATEST',
    description: wanted.description,
    role: wanted.role,
    runtime: wanted.runtime,
    handler: wanted.handler,
    timeoutSeconds: wanted.timeout,
    memoryMegabytes: wanted.memorySize,
    environment: wanted.environment.variables,
    codeDirectory: wanted.code.directory,
    codeSha256: Buffer.from(wanted.code.hash, 'hex').toString('base64'),
    layers: wanted.layers.map((arn) => ({ arn, directory: store.layer(arn).directory })),
    architectures: wanted.architectures,
    lastModified: cloud.now().toISOString(),
  }
  const record: FunctionRecord =
    before === undefined
      ? { name: wanted.name, latest, versions: [], lastVersion: 0, aliases: {}, retries: 2 }
      : { ...before, latest }
  await store.save(record)
  const version = wanted.publish ? (await store.publish(wanted.name)).version : '$LATEST'
  const arn = store.arn(wanted.name)
  const invoke = (target: string) =>
    `arn:${cloud.partition}:apigateway:${cloud.region}:lambda:path/2015-03-31/functions/${target}/invocations`
  return {
    ...inputs,
    id: wanted.name,
    arn,
    version,
    qualifiedArn: `${arn}:${version}`,
    invokeArn: invoke(arn),
    qualifiedInvokeArn: invoke(`${arn}:${version}`),
    lastModified: latest.lastModified,
    codeSha256: latest.codeSha256,
    sourceCodeHash: latest.codeSha256,
  }
}

const lambdaFunction: ResourceType = {
  replaceOn: ['name'],
  async create(inputs, call) {
    const outputs = await put(inputs, call)
    return { id: String(outputs.id), outputs }
  },
  update: async (_id, inputs, _previous, call) => ({ outputs: await put(inputs, call) }),
  delete: (id, _state, { cloud }) => FunctionStore.of(cloud).remove(id),
}

const aliasInputs = z.object({
  name: z.string(),
  functionName: z.string(),
  functionVersion: z.string(),
  description: z.string().default(''),
})

async function putAlias(inputs: Json, { cloud }: Call) {
  const wanted = parse(aliasInputs, inputs, 'aws:lambda/alias:Alias')
  const store = FunctionStore.of(cloud)
  const name = wanted.functionName.replace(/^.*:function:/, '')
  store.resolve(name, wanted.functionVersion)
  const record = store.get(name)
  const alias = { version: wanted.functionVersion, description: wanted.description }
  await store.save({ ...record, aliases: { ...record.aliases, [wanted.name]: alias } })
  const arn = store.arn(name, wanted.name)
  return { id: arn, outputs: { ...inputs, id: arn, arn, invokeArn: arn } }
}

const alias: ResourceType = {
  replaceOn: ['name', 'functionName'],
  create: putAlias,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putAlias(inputs, call)).outputs }),
  async delete(id, _state, { cloud }) {
    const store = FunctionStore.of(cloud)
    const [name = '', aliasName = ''] = id.split(':function:')[1]?.split(':') ?? []
    const record = store.find(name)
    if (record === undefined) return
    const aliases = Object.fromEntries(Object.entries(record.aliases).filter(([key]) => key !== aliasName))
    await store.save({ ...record, aliases })
  },
}

const layerInputs = z.object({ layerName: z.string(), code: archive })

/** Every change makes a new version; older functions keep the content of theirs. */
const layerVersion: ResourceType = {
  async create(inputs, { cloud }) {
    const { layerName, code } = parse(layerInputs, inputs, 'aws:lambda/layerVersion:LayerVersion')
    const { arn, version } = await FunctionStore.of(cloud).addLayer(layerName, code.directory)
    const outputs = { ...inputs, id: arn, arn, layerArn: arn.replace(/:\d+$/, ''), version: String(version) }
    return { id: arn, outputs: { ...outputs, codeSha256: Buffer.from(code.hash, 'hex').toString('base64') } }
  },
  async delete() {
    // Published functions may still name it.
  },
}

async function putRetries(inputs: Json, { cloud }: Call) {
  const name = String(inputs.functionName)
    .replace(/^.*:function:/, '')
    .replace(/:.*$/, '')
  const store = FunctionStore.of(cloud)
  const retries = typeof inputs.maximumRetryAttempts === 'number' ? inputs.maximumRetryAttempts : 2
  await store.save({ ...store.get(name), retries })
  return { id: name, outputs: { ...inputs, id: name } }
}

const eventInvokeConfig: ResourceType = {
  replaceOn: ['functionName', 'qualifier'],
  create: putRetries,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putRetries(inputs, call)).outputs }),
  async delete() {
    // The function's own default comes back with its next deploy.
  },
}

function parse<Schema extends z.ZodType>(schema: Schema, inputs: Json, type: string): z.output<Schema> {
  const result = schema.safeParse(inputs)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new AwsError('ValidationException', `${type}: ${issue?.path.join('.')}: ${issue?.message}`)
}

export const lambdaResources: Readonly<Record<string, ResourceType>> = {
  'aws:lambda/function:Function': lambdaFunction,
  'aws:lambda/alias:Alias': alias,
  'aws:lambda/layerVersion:LayerVersion': layerVersion,
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig': eventInvokeConfig,
}

/**
 * A Pulumi provider plugin that calls itself `aws` and applies resources to a running local cloud. A fixture: it lets the
 * real engine drive the real program; on AWS the official provider stands in this place.
 */
import type { ServerUnaryCall, sendUnaryData } from '@grpc/grpc-js'
import plugin from '@pulumi/pulumi/proto/plugin_pb.js'
import services from '@pulumi/pulumi/proto/provider_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/provider_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import structs from 'google-protobuf/google/protobuf/struct_pb.js'
import { answerInvoke } from '../../local/deploy/invokes.ts'
import { isObject } from '../../local/gateway/json.ts'
import type { Json } from '../../local/service.ts'
import { serve } from './grpc-server.ts'
import { fields, hasUnknown, holdsAsset, toCloud, toComparable, unknown } from './wire.ts'

const endpoint = process.env.REGIMEN_ENDPOINT ?? ''
const place = { accountId: '000000000000', region: process.env.AWS_REGION ?? 'us-east-1', partition: 'aws' }

async function ask(operation: string, body: object): Promise<Json> {
  const response = await fetch(`${endpoint}/_regimen/resources/${operation}`, {
    method: 'POST',
    // A connection that was kept while the engine waited may have been closed meanwhile.
    headers: { connection: 'close' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!isObject(answer)) throw new Error(`the local cloud answered ${response.status} to ${operation}`)
  if (!response.ok) throw new Error(String(answer.error))
  return answer
}

const typeOf = (urn: string) => urn.split('::')[2]?.split('$').at(-1) ?? ''
const nameOf = (urn: string) => urn.split('::')[3] ?? ''
const struct = (value: object) => structs.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)))
const plain = (value: structs.Struct | undefined): Json => fields(value?.toJavaScript())
const sent = (value: Json): Json => fields(toCloud(value))
const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []

/** Inputs keep their own spelling: an asset is not the directory that it became. */
const withInputs = (outputs: unknown, inputs: Json): Json => ({ ...fields(outputs), ...inputs })

/** What is known of a resource before it is made: what it is given. */
const planned = (inputs: Json): Json => ({ ...inputs, id: unknown, arn: unknown })

async function create(request: messages.CreateRequest) {
  const urn = request.getUrn()
  const inputs = plain(request.getProperties())
  const response = new messages.CreateResponse()
  if (request.getPreview()) {
    response.setProperties(struct(planned(inputs)))
    return response
  }
  const made = await ask('create', { type: typeOf(urn), name: nameOf(urn), inputs: sent(inputs) })
  response.setId(String(made.id))
  response.setProperties(struct(withInputs(made.outputs, inputs)))
  return response
}

async function update(request: messages.UpdateRequest) {
  const urn = request.getUrn()
  const [inputs, before] = [plain(request.getNews()), plain(request.getOldInputs())]
  const response = new messages.UpdateResponse()
  if (request.getPreview()) {
    response.setProperties(struct(withInputs(plain(request.getOlds()), inputs)))
    return response
  }
  const about = { type: typeOf(urn), name: nameOf(urn), id: request.getId() }
  const { outputs } = await ask('update', { ...about, inputs: sent(inputs), before: toComparable(before) })
  response.setProperties(struct(withInputs(outputs, inputs)))
  return response
}

async function remove(request: messages.DeleteRequest) {
  const urn = request.getUrn()
  const about = { type: typeOf(urn), name: nameOf(urn), id: request.getId() }
  await ask('delete', { ...about, outputs: plain(request.getProperties()) })
  return new empty.Empty()
}

/** An empty id says that the resource is gone. */
async function read(request: messages.ReadRequest) {
  const urn = request.getUrn()
  const known = plain(request.getInputs())
  const imported = Object.keys(known).length === 0
  const about = { type: typeOf(urn), name: nameOf(urn), id: request.getId() }
  const { asked, assets } = splitAssets(known)
  const found = await ask('read', imported ? about : { ...about, inputs: asked })
  const response = new messages.ReadResponse()
  if (!isObject(found.inputs)) return response
  const live = { ...assets, ...found.inputs }
  response.setId(request.getId())
  response.setInputs(struct(live))
  response.setProperties(struct({ ...plain(request.getProperties()), ...fields(found.outputs), ...live }))
  return response
}

/** Of an asset the engine keeps the hash only: what cannot be asked for stays as it is known. */
const splitAssets = (inputs: Json): { asked: Json; assets: Json } => {
  const entries = Object.entries(inputs)
  return {
    asked: Object.fromEntries(entries.filter(([, value]) => !holdsAsset(value))),
    assets: Object.fromEntries(entries.filter(([, value]) => holdsAsset(value))),
  }
}

async function diff(request: messages.DiffRequest) {
  const urn = request.getUrn()
  const [before, inputs] = [plain(request.getOldInputs()), plain(request.getNews())]
  const answer = await ask('compare', {
    type: typeOf(urn),
    name: nameOf(urn),
    before: toComparable(before),
    inputs: toComparable(inputs),
  })
  const changed = strings(answer.changed).filter((name) => !request.getIgnorechangesList().includes(name))
  const replaces = strings(answer.replaces).filter((name) => changed.includes(name))
  const response = new messages.DiffResponse()
  const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges
  response.setChanges(changed.length > 0 ? DIFF_SOME : DIFF_NONE)
  response.setDiffsList(changed)
  response.setReplacesList(replaces)
  // Names are explicit: the old one must go before the new one can take its name.
  response.setDeletebeforereplace(replaces.length > 0)
  return response
}

async function check(request: messages.CheckRequest) {
  const response = new messages.CheckResponse()
  response.setInputs(struct(plain(request.getNews())))
  return response
}

async function invoke(request: messages.InvokeRequest) {
  const inputs = plain(request.getArgs())
  const response = new messages.InvokeResponse()
  if (hasUnknown(inputs)) throw new Error(`${request.getTok()}: an argument is not known yet`)
  response.setReturn(struct(answerInvoke(request.getTok(), inputs, place)))
  return response
}

async function configure() {
  const response = new messages.ConfigureResponse()
  response.setSupportspreview(true)
  return response
}

async function diffConfig() {
  const response = new messages.DiffResponse()
  response.setChanges(messages.DiffResponse.DiffChanges.DIFF_NONE)
  return response
}

async function pluginInfo() {
  const response = new plugin.PluginInfo()
  response.setVersion(process.env.REGIMEN_PROVIDER_VERSION ?? '7.48.0')
  return response
}

async function schema() {
  const response = new messages.GetSchemaResponse()
  response.setSchema(JSON.stringify({ name: 'aws', version: '7.48.0', resources: {}, functions: {} }))
  return response
}

/** A failure's message is what the engine prints beside the resource. */
function answering<Request, Response>(run: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => {
    run(call.request).then(
      (response) => callback(null, response),
      (error: unknown) =>
        callback({ code: 2, details: error instanceof Error ? error.message : String(error) }, null),
    )
  }
}

const nothing = async () => new empty.Empty()

serve(services.ResourceProviderService, {
  checkConfig: answering(check),
  diffConfig: answering(diffConfig),
  configure: answering(configure),
  check: answering(check),
  diff: answering(diff),
  create: answering(create),
  read: answering(read),
  update: answering(update),
  delete: answering(remove),
  invoke: answering(invoke),
  getSchema: answering(schema),
  getPluginInfo: answering(pluginInfo),
  cancel: answering(nothing),
  attach: answering(nothing),
})

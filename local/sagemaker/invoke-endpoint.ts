/** InvokeEndpoint: a variant drawn by its weight answers as SageMaker's built-in XGBoost does, from the product's own scorer. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { predict } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import type { XgboostModel } from '../../functions/scoring/xgboost-model.ts'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type Call, type Cloud, type Json } from '../service.ts'
import type { Deployment, Endpoint, Endpoints, ServedVariant } from './endpoint.ts'
import { artifactDirectory } from './endpoint-runner.ts'
import { ContainerRefusal, readPayload } from './read-payload.ts'

const request = z.object({
  EndpointName: z.string().min(1).max(63),
  ContentType: z.string().max(1024).default('text/csv'),
  Accept: z.string().max(1024).default('text/csv'),
  TargetVariant: z.string().optional(),
  Body: z.union([
    z.instanceof(Uint8Array),
    z.string().transform((text) => new Uint8Array(Buffer.from(text))),
  ]),
})
/** https://docs.aws.amazon.com/general/latest/gr/sagemaker.html: payload of an invocation. */
const maxPayloadBytes = 25 * 1024 * 1024

/** Models of the deployments that have been asked, held until another deployment takes over. */
export class LoadedModels {
  readonly #models = new Map<string, { deployment: string; model: XgboostModel }>()

  get(cloud: Cloud, endpoint: Endpoint, deployment: Deployment, variant: ServedVariant): XgboostModel {
    const key = `${endpoint.name}/${variant.name}`
    const held = this.#models.get(key)
    if (held?.deployment === deployment.id) return held.model
    const model = readModel(readFileSync(join(artifactDirectory(cloud, endpoint, deployment), variant.name)))
    this.#models.set(key, { deployment: deployment.id, model })
    return model
  }
}

/** @throws AwsError ValidationError, or ModelError with what the container answered */
export function invokeEndpoint(
  input: Json,
  { cloud }: Call,
  endpoints: Endpoints,
  loaded: LoadedModels,
): Json {
  const wanted = acceptInput(request, input, 'ValidationError')
  if (wanted.Body.length > maxPayloadBytes) {
    throw new AwsError(
      'ValidationError',
      `Request ${wanted.Body.length} bytes is larger than ${maxPayloadBytes}.`,
    )
  }
  const endpoint = endpoints.get(wanted.EndpointName)
  const serving = endpoint?.status === 'Deleting' ? undefined : endpoint?.serving
  if (endpoint === undefined || serving === undefined) {
    throw new AwsError(
      'ValidationError',
      `Endpoint ${wanted.EndpointName} of account ${cloud.accountId} not found.`,
    )
  }
  const variant = choose(serving, wanted.TargetVariant)
  try {
    const { text, type } = answer(loaded.get(cloud, endpoint, serving, variant), wanted)
    return {
      Body: new Uint8Array(Buffer.from(text)),
      ContentType: type,
      InvokedProductionVariant: variant.name,
    }
  } catch (error) {
    if (!(error instanceof ContainerRefusal)) throw error
    const group = `/aws/sagemaker/Endpoints/${endpoint.name}`
    throw new AwsError(
      'ModelError',
      `Received client error (${error.status}) from primary with message "${error.message}". See https://${cloud.region}.console.aws.amazon.com/cloudwatch/home?region=${cloud.region}#logEventViewer:group=${group} in account ${cloud.accountId} for more information.`,
      424,
      {
        OriginalStatusCode: error.status,
        OriginalMessage: error.message,
        LogStreamArn: cloud.arn('logs', `log-group:${group}`),
      },
    )
  }
}

function choose({ variants }: Deployment, target: string | undefined): ServedVariant {
  if (target !== undefined) {
    const found = variants.find(({ name }) => name === target)
    if (found === undefined) {
      throw new AwsError('ValidationError', `Variant ${target} is not found in the endpoint.`)
    }
    return found
  }
  let left = Math.random() * variants.reduce((sum, { weight }) => sum + weight, 0)
  for (const variant of variants) {
    left -= variant.weight
    if (left < 0) return variant
  }
  throw new AwsError(
    'ValidationError',
    'No production variant of the endpoint takes traffic: all weights are 0.',
  )
}

/** One line a row; as JSON, one list. @throws ContainerRefusal */
function answer(model: XgboostModel, { Body, ContentType, Accept }: z.output<typeof request>) {
  const accept = (Accept.split(';')[0] ?? '').trim().toLowerCase()
  const isCsv = accept === '' || accept === '*/*' || accept === 'text/csv'
  if (!isCsv && accept !== 'application/json') {
    throw new ContainerRefusal(
      406,
      `Accept type ${accept} is not supported. Please use supported accept types: ['application/json', 'text/csv'].`,
    )
  }
  const type = isCsv ? 'text/csv; charset=utf-8' : 'application/json'
  if (Body.length === 0) return { text: '', type }
  const { matrix, rows } = readPayload(Body, ContentType, model.features)
  const predictions = predict(model, matrix, rows)
  const width = predictions.length / rows
  const table = Array.from({ length: rows }, (_, row) => [
    ...predictions.subarray(row * width, (row + 1) * width),
  ])
  if (isCsv) return { text: table.map((row) => `${row.map(floatText).join(',')}\n`).join(''), type }
  const cells = table.map((row) =>
    width === 1 ? floatText(row[0] ?? 0) : `[${row.map(floatText).join(', ')}]`,
  )
  return { text: `[${cells.join(', ')}]`, type }
}

/** A 32-bit float as Python writes it: all its digits as a 64-bit one, `.0` after whole numbers, `1e-05` below 0.0001. */
function floatText(value: number): string {
  const size = Math.abs(value)
  if (value === 0 || (size >= 1e-4 && size < 1e16))
    return Number.isInteger(value) ? `${value}.0` : String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

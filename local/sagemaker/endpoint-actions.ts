/** SageMaker API: endpoints and their configurations, and the runtime's InvokeEndpoint. */
import { join } from 'node:path'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { DurableCollection } from '../durable-collection.ts'
import { type Action, AwsError, type Call, type Cloud } from '../service.ts'
import {
  describeEndpoint,
  type Endpoint,
  endpointSchema,
  findEndpoint,
  listEndpoints,
  planDeployment,
} from './endpoint.ts'
import {
  createEndpointConfig,
  describeEndpointConfig,
  endpointConfigSchema,
  findEndpointConfig,
  listEndpointConfigs,
} from './endpoint-config.ts'
import { EndpointRunner } from './endpoint-runner.ts'
import { invokeEndpoint, LoadedModels } from './invoke-endpoint.ts'
import { type Models, modelName } from './model.ts'

export function openEndpoints(cloud: Cloud, models: Models) {
  const directory = cloud.directory('sagemaker')
  const endpoints = new DurableCollection(join(directory, 'endpoints'), endpointSchema)
  return {
    models,
    endpoints,
    configs: new DurableCollection(join(directory, 'endpoint-configs'), endpointConfigSchema),
    runner: new EndpointRunner(cloud, endpoints),
    loaded: new LoadedModels(),
  }
}
type Opened = ReturnType<typeof openEndpoints>

const creation = z.object({ EndpointName: modelName, EndpointConfigName: modelName })
const scaling = z.object({
  EndpointName: modelName,
  DesiredWeightsAndCapacities: z
    .array(
      z.object({
        VariantName: z.string(),
        DesiredWeight: z.number().min(0).optional(),
        DesiredInstanceCount: z.int().min(0).optional(),
      }),
    )
    .min(1),
})

function refuseBusy({ status, arn }: Endpoint, verb: 'update' | 'delete'): void {
  if (status === 'InService' || (status === 'Failed' && verb === 'delete')) return
  const how = status === 'Failed' ? 'failed' : 'in-progress'
  throw new AwsError('ValidationException', `Cannot ${verb} ${how} endpoint "${arn}".`)
}

export function endpointActions(opened: (cloud: Cloud) => Opened): Record<string, Action> {
  const found = (name: unknown, call: Call) => findEndpoint(name, call, opened(call.cloud).endpoints)
  return {
    async CreateEndpointConfig(input, call) {
      const { configs, models } = opened(call.cloud)
      return createEndpointConfig(input, call, configs, models)
    },
    DescribeEndpointConfig: async ({ EndpointConfigName }, call) =>
      describeEndpointConfig(findEndpointConfig(EndpointConfigName, call, opened(call.cloud).configs)),
    ListEndpointConfigs: async (input, { cloud }) => listEndpointConfigs(input, opened(cloud).configs),
    async DeleteEndpointConfig({ EndpointConfigName }, call) {
      const { configs } = opened(call.cloud)
      configs.delete(findEndpointConfig(EndpointConfigName, call, configs).name)
      return {}
    },

    async CreateEndpoint(input, call) {
      const { endpoints, configs, models, runner } = opened(call.cloud)
      const { EndpointName: name, EndpointConfigName: config } = acceptInput(creation, input)
      const arn = call.cloud.arn('sagemaker', `endpoint/${name}`)
      if (endpoints.has(name)) {
        throw new AwsError('ValidationException', `Cannot create already existing endpoint "${arn}".`)
      }
      const pending = planDeployment(findEndpointConfig(config, call, configs), call, models)
      const now = call.cloud.now().toISOString()
      runner.change({ name, arn, status: 'Creating', pending, createdAt: now, modifiedAt: now })
      runner.deploy(name)
      return { EndpointArn: arn }
    },
    DescribeEndpoint: async ({ EndpointName }, call) => describeEndpoint(found(EndpointName, call)),
    ListEndpoints: async (input, { cloud }) => listEndpoints(input, opened(cloud).endpoints),
    async UpdateEndpoint(input, call) {
      const { configs, models, runner } = opened(call.cloud)
      const { EndpointName: name, EndpointConfigName: config } = acceptInput(creation, input)
      const { failureReason: _, ...endpoint } = found(name, call)
      refuseBusy(endpoint, 'update')
      const pending = planDeployment(findEndpointConfig(config, call, configs), call, models)
      runner.change({ ...endpoint, status: 'Updating', pending })
      runner.deploy(name)
      return { EndpointArn: endpoint.arn }
    },
    async UpdateEndpointWeightsAndCapacities(input, call) {
      const { EndpointName: name, DesiredWeightsAndCapacities: wanted } = acceptInput(scaling, input)
      const { failureReason: _, ...endpoint } = found(name, call)
      refuseBusy(endpoint, 'update')
      const { serving } = endpoint
      const unknown = wanted.find(
        ({ VariantName }) => serving?.variants.every((variant) => variant.name !== VariantName) !== false,
      )
      if (serving === undefined || unknown !== undefined) {
        throw new AwsError(
          'ValidationException',
          `The variant name(s) "${unknown?.VariantName}" is/are not present within endpoint configuration "${serving?.config}".`,
        )
      }
      const variants = serving.variants.map((variant) => {
        const change = wanted.find(({ VariantName }) => VariantName === variant.name)
        return {
          ...variant,
          weight: change?.DesiredWeight ?? variant.weight,
          count: change?.DesiredInstanceCount ?? variant.count,
        }
      })
      const { runner } = opened(call.cloud)
      runner.change({ ...endpoint, status: 'Updating', pending: { ...serving, variants } })
      runner.deploy(name)
      return { EndpointArn: endpoint.arn }
    },
    async DeleteEndpoint({ EndpointName }, call) {
      const endpoint = found(EndpointName, call)
      refuseBusy(endpoint, 'delete')
      const { runner } = opened(call.cloud)
      runner.change({ ...endpoint, status: 'Deleting' })
      runner.remove(endpoint.name)
      return {}
    },

    async InvokeEndpoint(input, call) {
      const { endpoints, loaded } = opened(call.cloud)
      return invokeEndpoint(input, call, endpoints, loaded)
    },
  }
}

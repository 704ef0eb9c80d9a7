/** The Pulumi type `aws:sfn/stateMachine:StateMachine`, applied through the service's own actions. */
import * as z from 'zod'
import type { Json, ResourceType } from '../service.ts'

const configuration = z.record(z.string(), z.unknown()).optional()
const inputs = z.object({
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  type: z.string().default('STANDARD'),
  loggingConfiguration: configuration,
  tracingConfiguration: configuration,
  publish: z.boolean().default(false),
  versionDescription: z.string().optional(),
  tags: z.record(z.string(), z.string()).optional(),
})

function request(wanted: z.output<typeof inputs>): Json {
  const { definition, roleArn, publish } = wanted
  return {
    definition,
    roleArn,
    publish,
    ...(wanted.versionDescription === undefined ? {} : { versionDescription: wanted.versionDescription }),
    ...(wanted.loggingConfiguration === undefined
      ? {}
      : { loggingConfiguration: wanted.loggingConfiguration }),
    ...(wanted.tracingConfiguration === undefined
      ? {}
      : { tracingConfiguration: wanted.tracingConfiguration }),
  }
}

/** What AWS's provider puts out beside the inputs. */
function outputs(
  given: Json,
  wanted: z.output<typeof inputs>,
  arn: unknown,
  answer: Json,
  created: unknown,
): Json {
  return {
    ...given,
    arn,
    id: arn,
    creationDate: created instanceof Date ? created.toISOString() : created,
    status: 'ACTIVE',
    ...(answer.stateMachineVersionArn === undefined
      ? {}
      : { stateMachineVersionArn: answer.stateMachineVersionArn }),
    tagsAll: wanted.tags ?? {},
  }
}

export const stateMachineResource: ResourceType = {
  replaceOn: ['name', 'type'],
  async create(given, { cloud, principal }) {
    const wanted = inputs.parse(given)
    const tags = Object.entries(wanted.tags ?? {}).map(([key, value]) => ({ key, value }))
    const answer = await cloud.call(
      'states',
      'CreateStateMachine',
      { ...request(wanted), name: wanted.name, type: wanted.type, tags },
      principal,
    )
    const arn = String(answer.stateMachineArn)
    return { id: arn, outputs: outputs(given, wanted, arn, answer, answer.creationDate) }
  },
  async update(id, given, previous, { cloud, principal }) {
    const wanted = inputs.parse(given)
    const answer = await cloud.call(
      'states',
      'UpdateStateMachine',
      { ...request(wanted), stateMachineArn: id },
      principal,
    )
    return { outputs: outputs(given, wanted, id, answer, previous.creationDate) }
  },
  async delete(id, _state, { cloud, principal }) {
    await cloud.call('states', 'DeleteStateMachine', { stateMachineArn: id }, principal)
  },
}

/** The Pulumi types of EventBridge: a rule and a target. */
import * as z from 'zod'
import type { Json, ResourceType } from '../service.ts'

const ruleInputs = z.object({
  name: z.string(),
  eventPattern: z.string().optional(),
  scheduleExpression: z.string().optional(),
  description: z.string().optional(),
  state: z.string().optional(),
  eventBusName: z.string().default('default'),
})

const ruleRequest = (inputs: Json): Json => {
  const rule = ruleInputs.parse(inputs)
  return present({
    Name: rule.name,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    Description: rule.description,
    State: rule.state,
    EventBusName: rule.eventBusName,
  })
}

export const eventRuleResource: ResourceType = {
  replaceOn: ['name', 'eventBusName'],
  async create(inputs, { cloud, principal }) {
    const { RuleArn: arn } = await cloud.call('events', 'PutRule', ruleRequest(inputs), principal)
    return { id: ruleInputs.parse(inputs).name, outputs: { ...inputs, arn } }
  },
  async update(_id, inputs, _previous, { cloud, principal }) {
    const { RuleArn: arn } = await cloud.call('events', 'PutRule', ruleRequest(inputs), principal)
    return { outputs: { ...inputs, arn } }
  },
  async delete(_id, state, { cloud, principal }) {
    const { name, eventBusName } = ruleInputs.parse(state)
    await cloud.call('events', 'DeleteRule', { Name: name, EventBusName: eventBusName }, principal)
  },
}

const targetInputs = z.object({
  rule: z.string(),
  eventBusName: z.string().default('default'),
  targetId: z.string().optional(),
  arn: z.string(),
  roleArn: z.string().optional(),
  input: z.string().optional(),
  inputPath: z.string().optional(),
  inputTransformer: z
    .object({ inputPaths: z.record(z.string(), z.string()).optional(), inputTemplate: z.string() })
    .optional(),
  retryPolicy: z
    .object({ maximumRetryAttempts: z.int().optional(), maximumEventAgeInSeconds: z.int().optional() })
    .optional(),
  deadLetterConfig: z.object({ arn: z.string().optional() }).optional(),
})

/** Without a `targetId` the provider makes one up; here it follows from the rule, so that a redeploy finds it. */
const targetId = ({ rule, targetId: id }: z.output<typeof targetInputs>) => id ?? `${rule}-target`

async function putTarget(inputs: Json, call: Parameters<ResourceType['create']>[1]) {
  const target = targetInputs.parse(inputs)
  const { inputTransformer: transformer, retryPolicy: retry } = target
  const entry = present({
    Id: targetId(target),
    Arn: target.arn,
    RoleArn: target.roleArn,
    Input: target.input,
    InputPath: target.inputPath,
    InputTransformer:
      transformer === undefined
        ? undefined
        : present({ InputPathsMap: transformer.inputPaths, InputTemplate: transformer.inputTemplate }),
    RetryPolicy:
      retry === undefined
        ? undefined
        : present({
            MaximumRetryAttempts: retry.maximumRetryAttempts,
            MaximumEventAgeInSeconds: retry.maximumEventAgeInSeconds,
          }),
    DeadLetterConfig:
      target.deadLetterConfig === undefined ? undefined : present({ Arn: target.deadLetterConfig.arn }),
  })
  const request = { Rule: target.rule, EventBusName: target.eventBusName, Targets: [entry] }
  await call.cloud.call('events', 'PutTargets', request, call.principal)
  return { id: `${target.rule}-${targetId(target)}`, outputs: { ...inputs, targetId: targetId(target) } }
}

export const eventTargetResource: ResourceType = {
  replaceOn: ['rule', 'eventBusName', 'targetId'],
  create: putTarget,
  update: async (_id, inputs, _previous, call) => ({ outputs: (await putTarget(inputs, call)).outputs }),
  async delete(_id, state, { cloud, principal }) {
    const target = targetInputs.parse(state)
    const request = { Rule: target.rule, EventBusName: target.eventBusName, Ids: [targetId(target)] }
    await cloud.call('events', 'RemoveTargets', request, principal)
  },
}

const present = (fields: Json): Json =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

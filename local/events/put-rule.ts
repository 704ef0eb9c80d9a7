/** PutRule and PutTargets: creating and changing are the same call. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type Call, type Json } from '../service.ts'
import { parsePattern } from './event-pattern.ts'
import { findRule, type Rule, type Rules, ruleId, targetSchema } from './rule.ts'

export const busName = z.string().min(1).max(1600).default('default')

const ruleRequest = z.object({
  Name: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[.\-_A-Za-z0-9]+$/),
  EventPattern: z.string().max(4096).optional(),
  ScheduleExpression: z.string().max(256).optional(),
  State: z.enum(['ENABLED', 'DISABLED', 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  EventBusName: busName,
})

export function putRule(input: Json, call: Call, rules: Rules): Json {
  const request = acceptInput(ruleRequest, input)
  if (request.EventPattern === undefined) {
    const schedule = request.ScheduleExpression !== undefined
    throw new AwsError(
      'ValidationException',
      schedule
        ? 'The local cloud runs schedules of EventBridge Scheduler, not those of rules.'
        : 'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    )
  }
  parsePattern(request.EventPattern)
  const id = ruleId(request.EventBusName, request.Name)
  const place = request.EventBusName === 'default' ? request.Name : id
  const rule: Rule = {
    name: request.Name,
    arn: call.cloud.arn('events', `rule/${place}`),
    bus: request.EventBusName,
    pattern: request.EventPattern,
    ...(request.Description === undefined ? {} : { description: request.Description }),
    state: request.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    targets: rules.get(id)?.targets ?? [],
  }
  rules.put(id, rule)
  return { RuleArn: rule.arn }
}

const targetsRequest = z.object({
  Rule: z.string().min(1).max(64),
  EventBusName: busName,
  Targets: z.array(targetSchema).min(1).max(100),
})

export function putTargets(input: Json, { cloud }: Pick<Call, 'cloud'>, rules: Rules): Json {
  const request = acceptInput(targetsRequest, input)
  const rule = findRule(rules, request.EventBusName, request.Rule)
  for (const target of request.Targets) {
    const chosen = [target.Input, target.InputPath, target.InputTransformer].filter(
      (way) => way !== undefined,
    )
    if (chosen.length > 1)
      throw new AwsError(
        'ValidationException',
        `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
      )
    if (/^arn:[^:]+:states:/.test(target.Arn) && target.RoleArn === undefined)
      throw new AwsError('ValidationException', `RoleArn is required for target ${target.Arn}.`)
    const { RoleArn: role } = target
    if (role !== undefined && cloud.access?.trusts(role, 'events.amazonaws.com', rule.arn) === false)
      throw new AwsError(
        'ValidationException',
        `Provided role '${role}' cannot be assumed by principal 'events.amazonaws.com'.`,
      )
  }
  const replaced = new Set(request.Targets.map(({ Id }) => Id))
  const targets = [...rule.targets.filter(({ Id }) => !replaced.has(Id)), ...request.Targets]
  if (targets.length > 5)
    throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.')
  rules.put(ruleId(rule.bus, rule.name), { ...rule, targets })
  return { FailedEntryCount: 0, FailedEntries: [] }
}

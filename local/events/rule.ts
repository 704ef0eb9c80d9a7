/** A rule with its targets, as it is kept and as the API describes it. */
import * as z from 'zod'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Json } from '../service.ts'

export const targetSchema = z.object({
  Id: z
    .string()
    .min(1)
    .max(64)
    .regex(/^[.\-_A-Za-z0-9]+$/),
  Arn: z.string().min(1).max(1600),
  RoleArn: z.string().min(1).max(1600).optional(),
  Input: z.string().max(8192).optional(),
  InputPath: z.string().max(256).optional(),
  InputTransformer: z
    .object({
      InputPathsMap: z.record(z.string(), z.string()).optional(),
      InputTemplate: z.string().min(1).max(8192),
    })
    .optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
})
export type Target = z.output<typeof targetSchema>

export const ruleSchema = z.object({
  name: z.string(),
  arn: z.string(),
  bus: z.string(),
  pattern: z.string(),
  description: z.string().optional(),
  state: z.enum(['ENABLED', 'DISABLED']),
  targets: z.array(targetSchema),
})
export type Rule = z.output<typeof ruleSchema>
export type Rules = DurableCollection<Rule>

export const ruleId = (bus: string, name: string) => `${bus}/${name}`

/** @throws AwsError `ResourceNotFoundException` when there is no such rule. */
export function findRule(rules: Rules, bus: string, name: string): Rule {
  const rule = rules.get(ruleId(bus, name))
  if (rule === undefined)
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`)
  return rule
}

export const describeRule = (rule: Rule): Json => ({
  Name: rule.name,
  Arn: rule.arn,
  EventPattern: rule.pattern,
  State: rule.state,
  EventBusName: rule.bus,
  ...(rule.description === undefined ? {} : { Description: rule.description }),
})

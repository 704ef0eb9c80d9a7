/** A schedule: what is kept of it, what a request may hold, and how the API describes it. */
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import type { Json } from '../service.ts'

const name = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[0-9a-zA-Z-_.]+$/)

const target = z.object({
  Arn: z.string().min(1).max(1600),
  RoleArn: z.string().min(1).max(1600),
  Input: z.string().min(1).optional(),
  RetryPolicy: z
    .object({
      MaximumRetryAttempts: z.int().min(0).max(185).optional(),
      MaximumEventAgeInSeconds: z.int().min(60).max(86_400).optional(),
    })
    .optional(),
  DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
})
export type ScheduleTarget = z.output<typeof target>

const window = z.object({
  Mode: z.enum(['OFF', 'FLEXIBLE']),
  MaximumWindowInMinutes: z.int().min(1).max(1440).optional(),
})

export const scheduleSchema = z.object({
  arn: z.string(),
  name: z.string(),
  group: z.string(),
  expression: z.string(),
  zone: z.string(),
  state: z.enum(['ENABLED', 'DISABLED']),
  description: z.string().optional(),
  start: z.string().optional(),
  end: z.string().optional(),
  window,
  target,
  createdAt: z.string(),
  modifiedAt: z.string(),
  /** The due time that was last handed to the target: what comes after it is still to do. */
  lastDue: z.string().optional(),
})
export type Schedule = z.output<typeof scheduleSchema>

const request = z.object({
  Name: name,
  GroupName: name.default('default'),
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  StartDate: timestamp.optional(),
  EndDate: timestamp.optional(),
  FlexibleTimeWindow: window,
  Target: target,
})

export const scheduleId = (group: string, scheduleName: string) => `${group}/${scheduleName}`

/** The configuration that a Create or Update request asks for. */
export function readSchedule(input: Json) {
  const accepted = acceptInput(request, input)
  return {
    name: accepted.Name,
    group: accepted.GroupName,
    expression: accepted.ScheduleExpression,
    zone: accepted.ScheduleExpressionTimezone,
    state: accepted.State,
    ...(accepted.Description === undefined ? {} : { description: accepted.Description }),
    ...(accepted.StartDate === undefined ? {} : { start: accepted.StartDate.toISOString() }),
    ...(accepted.EndDate === undefined ? {} : { end: accepted.EndDate.toISOString() }),
    window: accepted.FlexibleTimeWindow,
    target: accepted.Target,
  }
}

export const describeSchedule = (schedule: Schedule): Json => ({
  Arn: schedule.arn,
  Name: schedule.name,
  GroupName: schedule.group,
  ScheduleExpression: schedule.expression,
  ScheduleExpressionTimezone: schedule.zone,
  State: schedule.state,
  ...(schedule.description === undefined ? {} : { Description: schedule.description }),
  ...(schedule.start === undefined ? {} : { StartDate: new Date(schedule.start) }),
  ...(schedule.end === undefined ? {} : { EndDate: new Date(schedule.end) }),
  FlexibleTimeWindow: schedule.window,
  Target: schedule.target,
  ActionAfterCompletion: 'NONE',
  CreationDate: new Date(schedule.createdAt),
  LastModificationDate: new Date(schedule.modifiedAt),
})

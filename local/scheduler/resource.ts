/** The Pulumi type `aws:scheduler/schedule:Schedule`. */
import * as z from 'zod'
import type { Json, ResourceType } from '../service.ts'

const inputs = z.object({
  name: z.string(),
  groupName: z.string().optional(),
  scheduleExpression: z.string(),
  scheduleExpressionTimezone: z.string().optional(),
  state: z.string().optional(),
  description: z.string().optional(),
  startDate: z.string().optional(),
  endDate: z.string().optional(),
  flexibleTimeWindow: z.object({ mode: z.string(), maximumWindowInMinutes: z.number().optional() }),
  target: z.object({
    arn: z.string(),
    roleArn: z.string(),
    input: z.string().optional(),
    retryPolicy: z
      .object({
        maximumRetryAttempts: z.number().optional(),
        maximumEventAgeInSeconds: z.number().optional(),
      })
      .optional(),
    deadLetterConfig: z.object({ arn: z.string() }).optional(),
  }),
})

/** The API's names are the inputs' with a capital: `maximumRetryAttempts` is `MaximumRetryAttempts`. */
function capitalised(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([key, member]) => [`${key.charAt(0).toUpperCase()}${key.slice(1)}`, capitalised(member)]),
  )
}

const apiRequest = (given: Json): Json =>
  z.record(z.string(), z.unknown()).parse(capitalised(inputs.parse(given)))
const group = (given: Json) => inputs.parse(given).groupName ?? 'default'

export const scheduleResource: ResourceType = {
  replaceOn: ['name', 'groupName'],
  async create(given, { cloud, principal }) {
    const { ScheduleArn: arn } = await cloud.call('scheduler', 'CreateSchedule', apiRequest(given), principal)
    return { id: `${group(given)}/${inputs.parse(given).name}`, outputs: { ...given, arn } }
  },
  async update(_id, given, _previous, { cloud, principal }) {
    const { ScheduleArn: arn } = await cloud.call('scheduler', 'UpdateSchedule', apiRequest(given), principal)
    return { outputs: { ...given, arn } }
  },
  async delete(_id, state, { cloud, principal }) {
    const request = { Name: inputs.parse(state).name, GroupName: group(state) }
    await cloud.call('scheduler', 'DeleteSchedule', request, principal)
  },
}

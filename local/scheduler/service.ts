/** EventBridge Scheduler on the laptop. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import { AwsError, type Call, type Cloud, type Json, type LocalService } from '../service.ts'
import { answerScheduler } from './http.ts'
import { scheduleResource } from './resource.ts'
import { describeSchedule, readSchedule, scheduleId } from './schedule.ts'
import { ScheduleClock } from './schedule-clock.ts'
import { parseSchedule } from './schedule-expression.ts'

const named = z.object({ Name: z.string().min(1).max(64), GroupName: z.string().default('default') })
const listing = z.object({
  GroupName: z.string().optional(),
  NamePrefix: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
})

export function schedulerService(): LocalService {
  let opened: ScheduleClock | undefined
  const clock = ({ cloud }: { cloud: Cloud }) => {
    opened ??= new ScheduleClock(cloud)
    return opened
  }
  const find = (input: Json, call: Call) => {
    const { Name, GroupName } = acceptInput(named, input)
    const found = clock(call).schedules.get(scheduleId(GroupName, Name))
    if (found === undefined)
      throw new AwsError('ResourceNotFoundException', `Schedule ${Name} does not exist.`, 404)
    return found
  }
  const put = (input: Json, call: Call, kept: { createdAt: string } | undefined) => {
    const wanted = readSchedule(input)
    const now = call.cloud.now().toISOString()
    parseSchedule(wanted.expression, wanted.zone, call.cloud.now())
    const arn = call.cloud.arn('scheduler', `schedule/${wanted.group}/${wanted.name}`)
    const group = call.cloud.arn('scheduler', `schedule-group/${wanted.group}`)
    if (call.cloud.access?.trusts(wanted.target.RoleArn, 'scheduler.amazonaws.com', group) === false)
      throw new AwsError(
        'ValidationException',
        'The execution role you provide must allow AWS EventBridge Scheduler to assume the role.',
      )
    clock(call).schedules.put(scheduleId(wanted.group, wanted.name), {
      ...wanted,
      arn,
      createdAt: kept?.createdAt ?? now,
      modifiedAt: now,
      // A changed schedule owes nothing for the time before the change.
      ...(kept === undefined ? {} : { lastDue: now }),
    })
    clock(call).wake()
    return { ScheduleArn: arn }
  }
  return {
    name: 'scheduler',
    actions: {
      async CreateSchedule(input, call) {
        const { name, group } = readSchedule(input)
        if (clock(call).schedules.has(scheduleId(group, name)))
          throw new AwsError('ConflictException', `Schedule ${name} already exists.`, 409)
        return put(input, call, undefined)
      },
      UpdateSchedule: async (input, call) => put(input, call, find(input, call)),
      GetSchedule: async (input, call) => describeSchedule(find(input, call)),
      async DeleteSchedule(input, call) {
        const { group, name } = find(input, call)
        clock(call).schedules.delete(scheduleId(group, name))
        return {}
      },
      async ListSchedules(input, call) {
        const filter = acceptInput(listing, input)
        const found = clock(call)
          .schedules.values()
          .filter(
            ({ group, name, state }) =>
              (filter.GroupName === undefined || group === filter.GroupName) &&
              (filter.State === undefined || state === filter.State) &&
              name.startsWith(filter.NamePrefix ?? ''),
          )
          .sort((a, b) => (a.name < b.name ? -1 : 1))
        const { page, ...more } = nextPage(found, filter.MaxResults, filter.NextToken)
        const summaries = page.map((schedule) => {
          const { Arn, Name, GroupName, State, CreationDate, LastModificationDate } =
            describeSchedule(schedule)
          const target = { Arn: schedule.target.Arn }
          return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target: target }
        })
        return { Schedules: summaries, ...more }
      },
    },
    resources: { 'aws:scheduler/schedule:Schedule': scheduleResource },
    http: answerScheduler,
    start: async (cloud) => clock({ cloud }).wake(),
    stop: async () => opened?.stop(),
  }
}

/** What runs would cost on AWS, from what the services themselves report: histories, log lines, billed seconds. */
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeTrainingJobCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker'
import { DescribeMapRunCommand, ListMapRunsCommand } from '@aws-sdk/client-sfn'
import { functionEntries } from '../infra/functions.ts'
import type { Context } from './context.ts'
import { historyOf } from './follow-execution.ts'
import { priceOf, trainingHourPrice } from './prices.ts'

export interface Usage {
  readonly stateTransitions: number
  readonly lambdaRequests: number
  readonly lambdaGigabyteSeconds: number
  /** Billable seconds by instance type. */
  readonly trainingSeconds: Readonly<Record<string, number>>
}

/** Everything of the environment since `from`; transitions of the executions that are named. */
export async function usageSince(
  context: Context,
  from: Date,
  executionArns: readonly string[],
): Promise<Usage> {
  const [lambda, trainingSeconds, transitions] = await Promise.all([
    lambdaUsage(context, from),
    trainingUsage(context, from),
    Promise.all(executionArns.map((arn) => transitionsOf(context, arn))),
  ])
  const stateTransitions = transitions.reduce((sum, count) => sum + count, 0)
  return { stateTransitions, ...lambda, trainingSeconds }
}

/** US dollars; an instance type without a known price counts as `ml.m5.xlarge`. */
export function costOf(usage: Usage): number {
  const training = Object.entries(usage.trainingSeconds).reduce((sum, [type, seconds]) => {
    const hour = trainingHourPrice(type) ?? priceOf('ml.m5.xlarge')
    return sum + (seconds / 3600) * hour
  }, 0)
  return (
    usage.stateTransitions * priceOf('stateTransition') +
    usage.lambdaRequests * priceOf('lambdaRequest') +
    usage.lambdaGigabyteSeconds * priceOf('lambdaGigabyteSecond') +
    training
  )
}

/** States entered, those of a Map's children included: each child has one. */
async function transitionsOf({ sfn }: Context, executionArn: string): Promise<number> {
  const events = await historyOf(sfn, executionArn)
  const own = events.filter(({ type }) => type?.endsWith('StateEntered')).length
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }))
  const children = await Promise.all(
    mapRuns.map(async ({ mapRunArn }) => {
      const { itemCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn }))
      return itemCounts?.total ?? 0
    }),
  )
  return children.reduce((sum, count) => sum + count, own)
}

const billedLine = /Billed Duration: (\d+) ms\s+Memory Size: (\d+) MB/

async function lambdaUsage({ names, region }: Context, from: Date) {
  const logs = new CloudWatchLogsClient({ region })
  let lambdaRequests = 0
  let lambdaGigabyteSeconds = 0
  for (const name of Object.keys(functionEntries)) {
    const logGroupName = `/aws/lambda/${names.of('function', name)}`
    let nextToken: string | undefined
    do {
      const page = await logs.send(
        new FilterLogEventsCommand({
          logGroupName,
          filterPattern: '"REPORT RequestId"',
          startTime: from.getTime(),
          ...(nextToken === undefined ? {} : { nextToken }),
        }),
      )
      for (const { message } of page.events ?? []) {
        const [, milliseconds, megabytes] = billedLine.exec(message ?? '') ?? []
        if (milliseconds === undefined || megabytes === undefined) continue
        lambdaRequests++
        lambdaGigabyteSeconds += (Number(milliseconds) / 1000) * (Number(megabytes) / 1024)
      }
      nextToken = page.nextToken
    } while (nextToken !== undefined)
  }
  return { lambdaRequests, lambdaGigabyteSeconds }
}

async function trainingUsage({ region }: Context, from: Date): Promise<Record<string, number>> {
  const sagemaker = new SageMakerClient({ region })
  const { TrainingJobSummaries = [] } = await sagemaker.send(
    new ListTrainingJobsCommand({ CreationTimeAfter: from, MaxResults: 100 }),
  )
  const seconds: Record<string, number> = {}
  for (const { TrainingJobName } of TrainingJobSummaries) {
    const job = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName }))
    const type = job.ResourceConfig?.InstanceType ?? 'ml.m5.xlarge'
    seconds[type] = (seconds[type] ?? 0) + (job.BillableTimeInSeconds ?? 0)
  }
  return seconds
}

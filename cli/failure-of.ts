/** Why an execution failed, in the words of whoever refused: a function, a job, or a part of a Distributed Map. */
import {
  DescribeExecutionCommand,
  ListExecutionsCommand,
  ListMapRunsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import * as z from 'zod'
import { RemoteError } from './remote-error.ts'

const functionCause = z.object({ errorType: z.string(), errorMessage: z.string() })
const jobCause = z.object({
  TrainingJobName: z.string(),
  TrainingJobStatus: z.string(),
  FailureReason: z.string(),
})

interface Failed {
  readonly executionArn: string
  readonly status: string
  readonly error?: string | undefined
  readonly cause?: string | undefined
}

export async function failureOf(sfn: SFNClient, failed: Failed): Promise<RemoteError> {
  const part =
    failed.error === 'States.ExceedToleratedFailureThreshold' ? await failedPart(sfn, failed) : undefined
  const { error, cause, status } = part ?? failed
  const document = parse(cause)
  const byFunction = functionCause.safeParse(document)
  if (byFunction.success) return new RemoteError(byFunction.data.errorType, byFunction.data.errorMessage)
  const byJob = jobCause.safeParse(document)
  if (byJob.success)
    return new RemoteError(
      error ?? 'States.TaskFailed',
      `training job ${byJob.data.TrainingJobName} ended ${byJob.data.TrainingJobStatus}: ${byJob.data.FailureReason}`,
    )
  return new RemoteError(error ?? status, cause ?? 'the execution gave no cause')
}

/** The first failed child of the last Map run: its error is the cause, the Map's own only counts failures. */
async function failedPart(sfn: SFNClient, { executionArn }: Failed): Promise<Failed | undefined> {
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }))
  const newestFirst = mapRuns.toSorted((a, b) => Number(b.startDate) - Number(a.startDate))
  for (const { mapRunArn } of newestFirst) {
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ mapRunArn, statusFilter: 'FAILED', maxResults: 1 }),
    )
    const [child] = executions
    if (child?.executionArn === undefined) continue
    const { error, cause } = await sfn.send(
      new DescribeExecutionCommand({ executionArn: child.executionArn }),
    )
    return { executionArn: child.executionArn, status: 'FAILED', error, cause }
  }
  return undefined
}

function parse(cause: string | undefined): unknown {
  try {
    return JSON.parse(cause ?? 'null')
  } catch {
    // A sentence, not a document.
    return undefined
  }
}

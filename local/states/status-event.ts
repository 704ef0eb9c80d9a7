/** The EventBridge event "Step Functions Execution Status Change", with AWS's fields. */
import type { Cloud } from '../service.ts'
import type { ExecutionSummary } from './execution-summary.ts'
import type { JournalEnds } from './journal-ends.ts'
import { redrivability } from './redrivable.ts'

/** Times are epoch milliseconds; what there is not yet is null. */
export function emitStatus(
  cloud: Cloud,
  summary: ExecutionSummary,
  { start, end, redrive }: JournalEnds,
): void {
  const ended = summary.status === 'RUNNING' ? undefined : end
  const { redriveStatus, redriveStatusReason } = redrivability({ end: ended }, cloud.now())
  cloud.emit({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [summary.arn],
    detail: {
      executionArn: summary.arn,
      stateMachineArn: summary.machineArn,
      name: summary.name,
      status: summary.status,
      startDate: Date.parse(summary.startDate),
      stopDate: ended === undefined ? null : Date.parse(ended.stopDate),
      input: JSON.stringify(start.execution.input),
      inputDetails: { included: true },
      output: ended?.status === 'SUCCEEDED' ? JSON.stringify(ended.output) : null,
      outputDetails: ended?.status === 'SUCCEEDED' ? { included: true } : null,
      error: ended?.error ?? null,
      cause: ended?.cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: redrive?.count ?? 0,
      redriveDate: redrive === undefined ? null : Date.parse(redrive.date),
      redriveStatus,
      redriveStatusReason: redriveStatusReason ?? null,
    },
  })
}

/** Follows a state-machine execution to its end: one line per state with its time, parts done of parts planned. */

import { setTimeout as pause } from 'node:timers/promises'
import {
  DescribeExecutionCommand,
  DescribeMapRunCommand,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  ListMapRunsCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn'
import { type StateSummary, statesOf } from './execution-states.ts'
import { type Output, seconds } from './output.ts'

export interface FollowedExecution {
  readonly executionArn: string
  readonly status: string
  readonly output: unknown
  readonly error?: string | undefined
  readonly cause?: string | undefined
  readonly states: readonly StateSummary[]
  readonly seconds: number
}

const pollMilliseconds = 250

export async function followExecution(
  sfn: SFNClient,
  executionArn: string,
  out: Output,
): Promise<FollowedExecution> {
  const told = new Set<string>()
  for (;;) {
    const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }))
    const states = statesOf(await historyOf(sfn, executionArn))
    for (const [place, state] of states.entries()) {
      const key = `${place}:${state.name}`
      if (state.status === 'RUNNING' || told.has(key)) continue
      told.add(key)
      const parts = await partsOf(sfn, executionArn, state.name)
      const mark = state.status === 'SUCCEEDED' ? '✓' : '✗'
      out.line(`  ${mark} ${state.name.padEnd(24)} ${seconds(state.seconds * 1000).padStart(7)}${parts}`)
    }
    if (execution.status !== 'RUNNING') {
      return {
        executionArn,
        status: execution.status ?? 'FAILED',
        output: execution.output === undefined ? undefined : JSON.parse(execution.output),
        error: execution.error,
        cause: execution.cause,
        states,
        seconds: ((execution.stopDate?.getTime() ?? 0) - (execution.startDate?.getTime() ?? 0)) / 1000,
      }
    }
    const running = states.find((state) => state.status === 'RUNNING')
    if (running !== undefined && out.interactive) {
      const elapsed = Date.now() - running.enteredAt.getTime()
      const parts = await partsOf(sfn, executionArn, running.name)
      out.passing(`  … ${running.name.padEnd(24)} ${seconds(elapsed).padStart(7)}${parts}`)
    }
    await pause(pollMilliseconds)
  }
}

/** @param includeExecutionData inputs, outputs and variables too */
export async function historyOf(
  sfn: SFNClient,
  executionArn: string,
  includeExecutionData = false,
): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = []
  let nextToken: string | undefined
  do {
    const page = await sfn.send(
      new GetExecutionHistoryCommand({
        executionArn,
        maxResults: 1000,
        includeExecutionData,
        ...(nextToken === undefined ? {} : { nextToken }),
      }),
    )
    events.push(...(page.events ?? []))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return events
}

/** `  3 of 5 parts` for a Distributed Map, nothing for any other state. */
async function partsOf(sfn: SFNClient, executionArn: string, state: string): Promise<string> {
  const { mapRuns = [] } = await sfn.send(new ListMapRunsCommand({ executionArn }))
  const mapRun = mapRuns.find((run) => run.mapRunArn?.includes(`/${state}:`))
  if (mapRun?.mapRunArn === undefined) return ''
  const { itemCounts } = await sfn.send(new DescribeMapRunCommand({ mapRunArn: mapRun.mapRunArn }))
  return itemCounts === undefined ? '' : `   ${itemCounts.succeeded} of ${itemCounts.total} parts`
}

/** Step Functions API: Map runs and their progress. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import type { Action, Json } from '../service.ts'
import type { ItemCounts } from './map-run.ts'
import type { MapRunSummary } from './map-run-files.ts'
import type { StatesBackend } from './service.ts'

const listing = z.object({
  executionArn: z.string(),
  maxResults: z.int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
})

const dates = ({ startDate, stopDate }: MapRunSummary): Json => ({
  startDate: new Date(startDate),
  ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
})

const itemCounts = (counts: ItemCounts): Json => ({
  ...counts,
  failuresNotRedrivable: 0,
  pendingRedrive: 0,
})

export function mapRunActions(backend: StatesBackend): Record<string, Action> {
  return {
    async ListMapRuns(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const { executionArn, maxResults, nextToken } = acceptInput(listing, input)
      const all = await engine.mapRuns.list(executionArn)
      const { page, NextToken } = nextPage(all, maxResults === 0 ? 100 : maxResults, nextToken)
      return {
        mapRuns: page.map((mapRun) => ({
          executionArn: mapRun.executionArn,
          mapRunArn: mapRun.arn,
          stateMachineArn: mapRun.machineArn,
          ...dates(mapRun),
        })),
        ...(NextToken === undefined ? {} : { nextToken: NextToken }),
      }
    },

    async DescribeMapRun(input, { cloud }) {
      const { mapRunArn } = acceptInput(z.object({ mapRunArn: z.string() }), input)
      const mapRun = await backend.mapRun(cloud, mapRunArn)
      return {
        mapRunArn,
        executionArn: mapRun.executionArn,
        status: mapRun.status,
        ...dates(mapRun),
        maxConcurrency: mapRun.maxConcurrency,
        toleratedFailureCount: mapRun.toleratedFailureCount,
        toleratedFailurePercentage: mapRun.toleratedFailurePercentage,
        itemCounts: itemCounts(mapRun.counts),
        // A batch is one execution of several items; the engine counts items.
        executionCounts: itemCounts(mapRun.counts),
        redriveCount: mapRun.redriveCount,
        ...(mapRun.redriveDate === undefined ? {} : { redriveDate: new Date(mapRun.redriveDate) }),
      }
    },
  }
}

/** A project's pipeline with its limit: runs take their turns through the table and Step Functions. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { executionArnOf, isRunning, startExecution, stateMachineOf } from './execution-store.ts'
import { type Pipeline, pipelines } from './pipeline.ts'
import type { Change } from './queue.ts'
import { changeQueue } from './queue-store.ts'
import { getRun, recordOutcome } from './run-store.ts'
import { type QueuePorts, type Turns, takeTurns } from './take-turns.ts'

const runLimits = z.record(z.string(), z.partialRecord(z.enum(pipelines), z.int().min(1)))

/** @returns `undefined` where runs need not wait. */
export function limitOf(project: string, pipeline: Pipeline): number | undefined {
  const limits = runLimits.parse(JSON.parse(process.env.RUN_LIMITS ?? '{}'))
  return Object.hasOwn(limits, project) ? limits[project]?.[pipeline] : undefined
}

/** @throws RegimenError `QueueFull`, `Conflict` */
export async function turn(project: string, pipeline: Pipeline, change: Change): Promise<Turns> {
  const machine = stateMachineOf(project, pipeline)
  const ports: QueuePorts = {
    limit: limitOf(project, pipeline) ?? Number.POSITIVE_INFINITY,
    now: Date.now,
    change: (each) => changeQueue(project, pipeline, each),
    async start(runId) {
      const run = await getRun(runId)
      if (run?.request === undefined)
        throw new RegimenError('InvalidRequest', {
          what: `run ${runId} of ${project} has no request on record`,
        })
      return await startExecution(machine, runId, run.request)
    },
    isRunning: (runId) => isRunning(executionArnOf(machine, runId)),
    async giveUp(runId, error) {
      const now = new Date().toISOString()
      await recordOutcome({
        runId,
        project,
        pipeline,
        executionArn: executionArnOf(machine, runId),
        status: 'FAILED',
        progress: 1,
        startedAt: now,
        stoppedAt: now,
        error: error instanceof Error ? error.name : 'Unnamed',
      })
    },
  }
  return await takeTurns(ports, change)
}

/** Runs the boosting rounds alone or on a crew of worker threads. */
import { Worker } from 'node:worker_threads'
import { type BoostedTrees, type BoostingGround, boostTrees } from './boost-trees.ts'
import { alone } from './crew.ts'
import type { Round } from './rounds.ts'
import { sharedInt32 } from './shared-array.ts'

/** What a worker is started with. */
export interface CrewOrder {
  readonly ground: BoostingGround
  readonly rank: number
  readonly size: number
  readonly meetings: Int32Array
}

/** What the first worker reports. */
export type CrewReport = { readonly round: Round } | { readonly boosted: BoostedTrees }

/**
 * The model does not depend on `threads`. Alone, the rounds run in the calling thread.
 * @throws whatever a member threw; the others are ended.
 */
export async function runCrew(
  ground: BoostingGround,
  threads: number,
  onRound: (round: Round) => void,
): Promise<BoostedTrees> {
  if (threads === 1) return boostTrees(alone, ground, onRound)
  const meetings = sharedInt32(2)
  const workers = Array.from({ length: threads }, (_, rank) => {
    const workerData: CrewOrder = { ground, rank, size: threads, meetings }
    return new Worker(new URL('./tree-worker.ts', import.meta.url), { workerData })
  })
  try {
    return await new Promise<BoostedTrees>((resolve, reject) => {
      for (const worker of workers) {
        worker.on('error', reject)
        worker.on('message', (report: CrewReport) => {
          if ('round' in report) onRound(report.round)
          else resolve(report.boosted)
        })
        worker.on('exit', (code) => {
          if (code !== 0) reject(new Error(`a training thread ended with code ${code}`))
        })
      }
    })
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

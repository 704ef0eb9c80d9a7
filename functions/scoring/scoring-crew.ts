/** Worker threads that predict and explain a table in memory together, over shared memory. */
import { Worker } from 'node:worker_threads'
import { checkMatrix } from './model-matrix.ts'
import type { XgboostModel } from './xgboost-model.ts'

export interface ScoringCrew {
  /** As `predict`, with the same bits. A matrix over a SharedArrayBuffer is not copied. */
  predict(matrix: Float32Array, rows: number): Promise<Float32Array>
  /** As `explain`, with the same bits. */
  explain(matrix: Float32Array, rows: number): Promise<Float64Array>
  close(): Promise<void>
}

/** What every member gets for one table; they take the next chunk of rows from `taken` until there is none. */
export type CrewTask = {
  readonly matrix: Float32Array
  readonly rows: number
  /** One shared integer: rows that were taken. */
  readonly taken: Int32Array
} & (
  | { readonly kind: 'predict'; readonly out: Float32Array }
  | { readonly kind: 'explain'; readonly out: Float64Array }
)

/** Numbers that `predict` answers for a row. */
export const outputsOf = ({ link, groups }: XgboostModel) => (link === 'class' ? 1 : groups)

/** @param threads workers, at least 1; the caller's thread only waits */
export function scoringCrew(model: XgboostModel, threads: number): ScoringCrew {
  const url = new URL('./scoring-worker.ts', import.meta.url)
  const workers = Array.from({ length: threads }, () => new Worker(url, { workerData: model }))
  // An idle crew must not keep a program alive that forgot to close it.
  for (const worker of workers) worker.unref()
  let ended = false
  for (const worker of workers) worker.once('exit', () => (ended = true))
  // One task at a time: a worker's answer does not say what it answers.
  let last: Promise<unknown> = Promise.resolve()
  const run = (task: CrewTask): Promise<unknown> => {
    const next = last.then(() => {
      if (ended) throw new Error('a scoring thread has ended')
      return Promise.all(workers.map((worker) => askWorker(worker, task)))
    })
    last = next.catch(() => undefined)
    return next
  }
  return {
    async predict(matrix, rows) {
      checkMatrix(model, matrix, rows)
      const out = new Float32Array(new SharedArrayBuffer(rows * outputsOf(model) * 4))
      await run({ kind: 'predict', matrix: shared(matrix), rows, taken: counter(), out })
      return out
    },
    async explain(matrix, rows) {
      checkMatrix(model, matrix, rows)
      const out = new Float64Array(new SharedArrayBuffer(rows * model.groups * (model.features + 1) * 8))
      await run({ kind: 'explain', matrix: shared(matrix), rows, taken: counter(), out })
      return out
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

const counter = () => new Int32Array(new SharedArrayBuffer(4))

function shared(matrix: Float32Array): Float32Array {
  if (matrix.buffer instanceof SharedArrayBuffer) return matrix
  const copy = new Float32Array(new SharedArrayBuffer(matrix.byteLength))
  copy.set(matrix)
  return copy
}

function askWorker(worker: Worker, task: CrewTask): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.ref()
    const settle = (end: () => void) => () => {
      worker.off('error', failed).off('message', answered).off('exit', ended)
      worker.unref()
      end()
    }
    const answered = settle(resolve)
    const failed = (error: unknown) => settle(() => reject(error))()
    const ended = settle(() => reject(new Error('a scoring thread ended before its answer')))
    worker.once('message', answered).once('error', failed).once('exit', ended)
    worker.postMessage(task)
  })
}

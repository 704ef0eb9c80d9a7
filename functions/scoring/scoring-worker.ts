/** A member of a scoring crew: takes chunks of rows of the shared table until there are none left. */
import { parentPort, workerData } from 'node:worker_threads'
import { explain } from './explain.ts'
import { predict } from './predict.ts'
import type { CrewTask } from './scoring-crew.ts'
import type { XgboostModel } from './xgboost-model.ts'

const chunkRows = 1_024
const model: XgboostModel = workerData

parentPort?.on('message', (task: CrewTask) => {
  const { matrix, rows, taken, out } = task
  const kernel = task.kind === 'predict' ? predict : explain
  const width = out.length / rows
  for (;;) {
    const from = Atomics.add(taken, 0, chunkRows)
    if (from >= rows) break
    const count = Math.min(chunkRows, rows - from)
    const part = matrix.subarray(from * model.features, (from + count) * model.features)
    out.set(kernel(model, part, count), from * width)
  }
  parentPort?.postMessage('done')
})

/** note-retraining: keeps the run of a challenger's training, so that its end gives the place back. */
import * as z from 'zod'
import { door } from '../door.ts'
import { changeMonitor } from './monitor-store.ts'
import { noteRetraining } from './retraining.ts'

export const handler = door({
  input: z.object({ project: z.string(), key: z.string(), trainingRunId: z.string() }),
  output: z.object({ noted: z.boolean() }),
  async run({ project, key, trainingRunId }) {
    const state = await changeMonitor(project, (before) => noteRetraining(before, key, trainingRunId))
    return { noted: state.retraining?.runId === trainingRunId }
  },
})

/** acknowledge-episode: somebody has seen it, and it is not told again until it is over. */
import * as z from 'zod'
import { door } from '../door.ts'
import { acknowledge } from './advance.ts'
import { changeMonitor, readMonitor } from './monitor-store.ts'

export const handler = door({
  input: z.object({
    project: z.string(),
    /** Who acknowledges. */
    requestedBy: z.string().min(1).max(256),
    /** @default the open one */
    episode: z.string().optional(),
  }),
  output: z.object({
    /** Null when none is open. */
    episode: z.string().nullable(),
    acknowledged: z.boolean(),
  }),
  async run({ project, requestedBy, episode }, logger) {
    const id = episode ?? (await readMonitor(project)).episode?.id
    if (id === undefined) return { episode: null, acknowledged: false }
    const at = new Date().toISOString()
    let acknowledged = false
    await changeMonitor(project, (before) => {
      const after = acknowledge(before, id, requestedBy, at)
      acknowledged = after !== undefined
      return after ?? before
    })
    logger.info('acknowledged', { project, episode: id, acknowledged })
    return { episode: id, acknowledged }
  },
})

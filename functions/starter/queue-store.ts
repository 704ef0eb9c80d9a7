/** The queue of a project's pipeline in the table: one item, moved by writes on condition that nobody moved it since. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { getItem, putNew, tableKeys, updateItem } from '../table-store.ts'
import type { Pipeline } from './pipeline.ts'
import { type Change, emptyQueue, mostWaiting, type Queue, queueSchema } from './queue.ts'

const stored = queueSchema.extend({ revision: z.int().min(1) })

/** Each lost race means that another write went through. */
const attempts = 200

export async function readQueue(project: string, pipeline: Pipeline): Promise<Queue | undefined> {
  return await getItem(tableKeys.queue(project, pipeline), stored)
}

/** @throws RegimenError `QueueFull`, or `Conflict` after 200 lost races. */
export async function changeQueue(project: string, pipeline: Pipeline, change: Change): Promise<Queue> {
  const key = tableKeys.queue(project, pipeline)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await getItem(key, stored)
    const { running, waiting } = before ?? emptyQueue
    const now = { running, waiting }
    const next = change(now)
    if (next.running === running && next.waiting === waiting) return now
    if (next.waiting.length > mostWaiting && next.waiting.length > waiting.length)
      throw new RegimenError('QueueFull', {
        what: `${mostWaiting} runs of ${project} ${pipeline} wait already`,
        do: 'wait until some have ended, or raise concurrentRuns in the project',
      })
    const written =
      before === undefined
        ? await putNew(key, { ...next, revision: 1 })
        : await updateItem(key, {
            set: { ...next, revision: before.revision + 1 },
            condition: '#revision = :seen',
            names: { '#revision': 'revision' },
            values: { ':seen': before.revision },
          })
    if (written) return next
  }
  throw new RegimenError('Conflict', { what: `the queue of ${project} ${pipeline} moves too fast to join` })
}

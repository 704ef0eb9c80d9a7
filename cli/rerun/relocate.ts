/** Gives a rerun a run of its own: what the earlier one produced stays as it is. */
import { CopyObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { parseS3Uri } from '../../functions/layout.ts'
import type { Pipeline } from '../../functions/starter/pipeline.ts'
import { runIdOf } from '../../functions/starter/run-id.ts'
import { putRun } from '../../functions/starter/run-store.ts'
import type { Context } from '../context.ts'

const platformRun = z.looseObject({
  runId: z.string().regex(/^[a-z0-9]{16}$/),
  runUri: z.string().startsWith('s3://'),
  project: z.string(),
  projectUri: z.string().optional(),
})

export interface Relocation {
  /** Name of the new execution. */
  readonly name: string
  /** The same value, of the new run: its id and whoever asked for it in place of the earlier ones. */
  move(value: unknown): unknown
  /** Copies what the earlier run had written before a point in time. */
  copy(until: Date): Promise<void>
  /** Records the new run; its execution is to be started next. */
  record(): Promise<void>
}

/** @param input of the earlier execution; one that is no run of the platform keeps its values as they are */
export function relocation(context: Context, input: unknown, flow: Pipeline | undefined): Relocation {
  const run = platformRun.safeParse(input)
  const unique = crypto.randomUUID()
  if (!run.success || flow === undefined)
    return { name: unique, move: (value) => value, copy: nothing, record: nothing }
  const { runId, runUri, project } = run.data
  const name = runIdOf({ rerun: runId, unique })
  const move = (value: unknown) =>
    JSON.parse(JSON.stringify(value).replaceAll(runId, name), (key, member: unknown) =>
      // Whoever reruns is who trained: an approval must be somebody else's.
      key === 'requestedBy' && typeof member === 'string' ? context.caller : member,
    )
  return {
    name,
    move,
    copy: (until) => copyRun(context, runUri, (key) => key.replaceAll(runId, name), until),
    async record() {
      const request = z.record(z.string(), z.unknown()).parse(move(input))
      await putRun({
        runId: name,
        project,
        pipeline: flow,
        requestedBy: context.caller,
        status: 'STARTING',
        progress: -1,
        startedAt: new Date().toISOString(),
        runUri: runUri.replaceAll(runId, name),
        ...(run.data.projectUri === undefined ? {} : { projectUri: run.data.projectUri }),
        request,
      })
    },
  }
}

const nothing = () => Promise.resolve()

async function copyRun(
  { s3 }: Context,
  runUri: string,
  rename: (key: string) => string,
  until: Date,
): Promise<void> {
  const { bucket: Bucket, key } = parseS3Uri(runUri)
  const pages = paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: `${key}/` })
  for await (const { Contents = [] } of pages) {
    const before = Contents.filter(({ LastModified: at }) => at !== undefined && at <= until)
    for (const { Key: from = '' } of before) {
      const CopySource = `${Bucket}/${from.split('/').map(encodeURIComponent).join('/')}`
      await s3.send(new CopyObjectCommand({ Bucket, Key: rename(from), CopySource }))
    }
  }
}

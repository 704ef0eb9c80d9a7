/** Imports a file, an object, a prefix, a URL or a named source as a version of a dataset, through the state machine. */
import { basename } from 'node:path'
import * as z from 'zod'
import { RegimenError } from '../functions/errors.ts'
import { openData, sources } from '../projects/sources.ts'
import type { Context } from './context.ts'
import { finishRun, startRun } from './start-run.ts'
import { uploadDataset } from './upload.ts'

const registered = z.object({
  name: z.string(),
  version: z.string(),
  rows: z.number(),
  columns: z.number(),
  uri: z.string(),
  status: z.string(),
  existed: z.boolean(),
  quality: z.object({ passed: z.boolean(), summary: z.string() }),
  profileUri: z.string(),
  reportUri: z.string(),
  runId: z.string(),
})
export type RegisteredDataset = z.output<typeof registered> & {
  readonly seconds: number
  readonly executionArn: string
}

export interface ImportOptions {
  readonly description?: string | undefined
  /** Idempotency key: the same key is the same import. @default a fresh one */
  readonly key?: string | undefined
  /** Of the content that a URL gives. */
  readonly sha256?: string | undefined
  /** Whom to thank for what a URL gives, and under which licence. */
  readonly attribution?: string | undefined
  readonly licence?: string | undefined
  /** Paths within a zip archive. */
  readonly members?: readonly string[] | undefined
}

/** @param from a file, `s3://…`, `https://…` or `source:NAME` */
export async function importDataset(
  context: Context,
  from: string,
  name: string,
  options: ImportOptions = {},
): Promise<RegisteredDataset> {
  const { description } = options
  const source = await sourceOf(context, from, name, options)
  const run = await startRun(
    context,
    {
      pipeline: 'dataset-import',
      import: { name, source, ...(description === undefined ? {} : { description }) },
    },
    options.key,
  )
  const finished = await finishRun(context, run)
  return { ...registered.parse(finished.output), seconds: finished.seconds, executionArn: run.executionArn }
}

async function sourceOf(
  context: Context,
  from: string,
  name: string,
  options: ImportOptions,
): Promise<object> {
  const { sha256, members, attribution, licence } = options
  if (from.startsWith('source:')) return namedSource(from.slice('source:'.length))
  if (from.startsWith('s3://')) return { kind: 'object', uri: from }
  if (/^https?:/i.test(from))
    return {
      kind: 'url',
      url: from,
      ...(sha256 === undefined ? {} : { sha256 }),
      ...(attribution === undefined ? {} : { attribution }),
      ...(licence === undefined ? {} : { licence }),
      ...(members === undefined ? {} : { members: members.map((path) => ({ path })) }),
    }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(from))
    throw new RegimenError('InvalidRequest', {
      what: 'no such protocol',
      where: from.slice(0, from.indexOf('://') + 3),
      expected: 'a file, https://…, s3://… or source:NAME',
    })
  const { uri } = await uploadDataset(context, from, name)
  return { kind: 'object', uri, origin: basename(from) }
}

/** @throws RegimenError `InvalidRequest` naming the ones that there are. */
function namedSource(name: string): object {
  const found = Object.hasOwn(sources, name) ? sources[name] : undefined
  if (found === undefined)
    throw new RegimenError('InvalidRequest', {
      what: `no source "${name}"`,
      expected: `one of ${Object.keys(sources).join(', ')}`,
      do: Object.hasOwn(openData, name)
        ? `choose a file of the bucket (${openData[name]?.homepage}) and import its https URL`
        : 'see `regimen datasets sources`',
    })
  const { url, sha256, members, header, attribution, licence } = found
  return JSON.parse(
    JSON.stringify({ kind: 'url', source: name, url, sha256, members, header, attribution, licence }),
  )
}

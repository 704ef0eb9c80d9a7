/** What Lambda keeps about a function: its newest configuration, published versions, and aliases. */
import { createHash } from 'node:crypto'
import * as z from 'zod'

export const functionVersion = z.object({
  functionName: z.string(),
  /** `$LATEST` or a number. */
  version: z.string(),
  description: z.string(),
  role: z.string(),
  runtime: z.string(),
  handler: z.string(),
  timeoutSeconds: z.number(),
  memoryMegabytes: z.number(),
  environment: z.record(z.string(), z.string()),
  /** Directory with the code; it is named by its content and never changes. */
  codeDirectory: z.string(),
  codeSha256: z.string(),
  layers: z.array(z.object({ arn: z.string(), directory: z.string() })),
  architectures: z.array(z.string()),
  lastModified: z.string(),
})
export type FunctionVersion = z.output<typeof functionVersion>

export const functionRecord = z.object({
  name: z.string(),
  latest: functionVersion,
  /** In the order in which they were published; numbers are never given twice. */
  versions: z.array(functionVersion),
  lastVersion: z.int(),
  aliases: z.record(z.string(), z.object({ version: z.string(), description: z.string() })),
  /** Asynchronous calls: how often a failed one is tried again. */
  retries: z.int().min(0).max(2).default(2),
})
export type FunctionRecord = z.output<typeof functionRecord>

/** Two versions with the same digest behave the same; publishing twice gives the same version then. */
export function digest(version: FunctionVersion): string {
  const { version: _, lastModified: __, ...behaviour } = version
  return createHash('sha256').update(JSON.stringify(behaviour)).digest('hex').slice(0, 32)
}

/** Deploys a Pulumi program into a running local cloud. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { isObject } from '../gateway/json.ts'

export interface DeployOptions {
  readonly stack: string
  /** Endpoint of the running cloud. */
  readonly endpoint: string
  /** Directory with Pulumi.yaml. */
  readonly programDir: string
  readonly region?: string
  /** Hears of every resource: `created aws:s3/bucket:Bucket data`. */
  readonly onProgress?: (line: string) => void
}

export interface Deployed {
  readonly outputs: Record<string, unknown>
  readonly created: number
  readonly updated: number
  readonly deleted: number
  readonly unchanged: number
  readonly seconds: number
}

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** @throws Error with the program's or the resource's own message; what was applied until then is kept. */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const started = performance.now()
  const counts = { created: 0, updated: 0, replaced: 0, unchanged: 0 }
  const end: { outputs?: Record<string, unknown>; deleted: number; error?: string } = { deleted: 0 }
  const errors: string[] = []
  const child = spawn(
    process.execPath,
    [
      '--no-warnings',
      program,
      '--stack',
      options.stack,
      '--endpoint',
      options.endpoint,
      '--program',
      options.programDir,
      '--region',
      options.region ?? process.env.AWS_REGION ?? 'us-east-1',
    ],
    { cwd: options.programDir, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseLine(line)
    if (message === undefined) return options.onProgress?.(line)
    const { change, type, name, error, outputs, deleted, note } = message
    if (typeof note === 'string') options.onProgress?.(note)
    if (change === 'created' || change === 'updated' || change === 'replaced' || change === 'unchanged') {
      counts[change] += 1
      options.onProgress?.(`${change} ${String(type)} ${String(name)}`)
    }
    if (typeof error === 'string') end.error = error
    if (isObject(outputs)) end.outputs = outputs
    if (Array.isArray(deleted)) end.deleted = deleted.length
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0 || end.outputs === undefined)
    throw new Error(
      `deploy of ${options.stack} failed: ${end.error ?? (errors.slice(-20).join('\n') || `exit status ${code}`)}`,
    )
  return {
    outputs: end.outputs,
    created: counts.created,
    updated: counts.updated + counts.replaced,
    deleted: end.deleted,
    unchanged: counts.unchanged,
    seconds: (performance.now() - started) / 1_000,
  }
}

function parseLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const value: unknown = JSON.parse(line)
    return isObject(value) ? value : undefined
  } catch {
    // A line that the program itself printed.
    return undefined
  }
}

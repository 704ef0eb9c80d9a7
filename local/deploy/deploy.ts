/** Deploys a Pulumi program into a running local cloud. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import { isObject } from '../gateway/json.ts'
import type { PlannedStep } from './losses.ts'
import type { Drift } from './refresh.ts'

export interface DeployOptions {
  readonly stack: string
  /** Endpoint of the running cloud. */
  readonly endpoint: string
  /** Directory with Pulumi.yaml. */
  readonly programDir: string
  readonly region?: string
  /** A preview changes nothing; a destroy evaluates no program. @default up */
  readonly mode?: 'up' | 'preview' | 'destroy'
  /** Look first how the resources stand in the cloud. @default false */
  readonly refresh?: boolean
  /** Let go of what is protected. @default false */
  readonly ignoreProtect?: boolean
  /** Logical name to id of what is there already and becomes the stack's. */
  readonly adopt?: Readonly<Record<string, string>>
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
  /** Every resource in the order of its registration, then what was deleted and what was kept. */
  readonly steps: readonly PlannedStep[]
  /** What had been changed or deleted outside the program; empty unless a refresh was asked for. */
  readonly drift: readonly Drift[]
}

const drifted = z.array(
  z.object({ urn: z.string(), kind: z.enum(['deleted', 'changed']), inputs: z.array(z.string()) }),
)
const kept = z.array(z.object({ urn: z.string(), type: z.string(), protect: z.boolean() }))
const changes = ['created', 'updated', 'replaced', 'unchanged', 'imported'] as const

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

/** @throws Error with the program's or the resource's own message; what was applied until then is kept. */
export async function deploy(options: DeployOptions): Promise<Deployed> {
  const started = performance.now()
  const steps: PlannedStep[] = []
  const end: { outputs?: Record<string, unknown>; drift: Drift[]; error?: string } = { drift: [] }
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
      '--mode',
      options.mode ?? 'up',
      ...(options.refresh === true ? ['--refresh'] : []),
      ...(options.ignoreProtect === true ? ['--ignore-protect'] : []),
    ],
    {
      cwd: options.programDir,
      env: {
        ...process.env,
        ...(options.adopt === undefined ? {} : { REGIMEN_ADOPT: JSON.stringify(options.adopt) }),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = parseLine(line)
    if (message === undefined) return options.onProgress?.(line)
    const { type, name, urn, error, outputs, note } = message
    if (typeof note === 'string') options.onProgress?.(note)
    const change = changes.find((each) => each === message.change)
    if (change !== undefined) {
      steps.push({ urn: String(urn), type: String(type), change })
      options.onProgress?.(`${change} ${String(type)} ${String(name)}`)
    }
    if (typeof error === 'string') end.error = error
    if (isObject(outputs)) end.outputs = outputs
    if (message.drift !== undefined) end.drift = drifted.parse(message.drift)
    for (const gone of z.array(z.string()).parse(message.deleted ?? []))
      steps.push({ urn: gone, type: gone.split('::')[2] ?? '', change: 'deleted' })
    for (const each of kept.parse(message.retained ?? [])) steps.push({ ...each, change: 'retained' })
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0 || end.outputs === undefined)
    throw new Error(
      `deploy of ${options.stack} failed: ${end.error ?? (errors.slice(-20).join('\n') || `exit status ${code}`)}`,
    )
  const count = (...wanted: PlannedStep['change'][]) =>
    steps.filter(({ change }) => wanted.includes(change)).length
  return {
    outputs: end.outputs,
    created: count('created', 'imported'),
    updated: count('updated', 'replaced'),
    deleted: count('deleted'),
    unchanged: count('unchanged'),
    seconds: (performance.now() - started) / 1_000,
    steps,
    drift: end.drift,
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

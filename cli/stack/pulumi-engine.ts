/** The real Pulumi CLI as an engine, on any backend: the stack is the environment's. */
import { spawn } from 'node:child_process'
import * as z from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { losses, lossRefusal, type PlannedStep, partingRefusal, partings } from '../../local/deploy/losses.ts'
import type { Engine, Held, Leave, Update } from './engine.ts'

const changes = {
  create: 'created',
  update: 'updated',
  same: 'unchanged',
  delete: 'deleted',
  import: 'imported',
  'delete-replaced': undefined,
  'create-replacement': undefined,
  replace: 'replaced',
} as const

/** Of one resource in Pulumi's state; what is false is left out. */
const options = { protect: z.boolean().default(false), retainOnDelete: z.boolean().default(false) }

const preview = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        newState: z.object(options).optional(),
        oldState: z.object(options).optional(),
      }),
    )
    .default([]),
})
const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), custom: z.boolean(), ...options })).default([]),
  }),
})

export function pulumiEngine(environment: string, onProgress: (line: string) => void): Engine {
  const pulumi = (programDir: string, args: readonly string[], more: Record<string, string> = {}) =>
    run([...args, '--stack', environment, '--non-interactive'], programDir, more, onProgress)

  async function plan(programDir: string, leave: Leave, more: Record<string, string>): Promise<Update> {
    // Pulumi stops at what is protected: told to ignore it, it plans everything, and each refusal is named here.
    const printed = await pulumi(programDir, ['preview', '--json', '--refresh', '--ignore-protect'], more)
    const steps = parseSteps(printed)
    const lost = losses(steps)
    if (lost.length > 0) throw new RegimenError('UpdateRefused', { what: lossRefusal(lost) })
    const parting = leave.ignoreProtect === true ? [] : partings(steps)
    if (parting.length > 0) throw new RegimenError('UpdateRefused', { what: partingRefusal(parting) })
    return { steps, drift: [] }
  }
  const holds = async (programDir: string) => parseState(await pulumi(programDir, ['stack', 'export']))
  return {
    holds,
    preview: (programDir, leave = {}) => plan(programDir, leave, {}),
    async up(programDir, { adopt, ...leave } = {}) {
      const more = adopt === undefined ? {} : { REGIMEN_ADOPT: JSON.stringify(adopt) }
      const planned = await plan(programDir, leave, more)
      await pulumi(programDir, ['up', '--yes', '--skip-preview', '--refresh', ...flagOf(leave)], more)
      return planned
    },
    async destroy(programDir, leave = {}) {
      const held = await holds(programDir)
      // With Pulumi's own preview: without it, what is protected is found after the rest is gone.
      await pulumi(programDir, ['destroy', '--yes', '--refresh', ...flagOf(leave)])
      return { steps: held.map(leaving), drift: [] }
    },
  }
}

const flagOf = ({ ignoreProtect }: Leave) => (ignoreProtect === true ? ['--ignore-protect'] : [])

const leaving = ({ urn, type, retainOnDelete }: Held): PlannedStep => ({
  urn,
  type,
  change: retainOnDelete ? 'retained' : 'deleted',
})

const typeOf = (urn: string) => urn.split('::')[2]?.split('$').at(-1) ?? ''

/** What is let go of and stays in the cloud is retained. */
function parseSteps(text: string): PlannedStep[] {
  return preview.parse(JSON.parse(text)).steps.flatMap(({ op, urn, oldState, newState }) => {
    const change = Object.entries(changes).find(([name]) => name === op)?.[1]
    if (change === undefined) return []
    const retained = change === 'deleted' && oldState?.retainOnDelete === true
    // What the program protects no longer may be replaced in the same update.
    const protect = oldState?.protect === true && newState?.protect !== false
    return [{ urn, type: typeOf(urn), change: retained ? 'retained' : change, protect }]
  })
}

const parseState = (text: string): Held[] =>
  exported
    .parse(JSON.parse(text))
    .deployment.resources.filter(({ custom }) => custom)
    .map(({ urn, protect, retainOnDelete }) => ({
      urn,
      type: typeOf(urn),
      name: urn.split('::').at(-1) ?? '',
      protect,
      retainOnDelete,
    }))

/** @returns what it printed on stdout. @throws RegimenError with the last lines when it fails. */
async function run(
  args: readonly string[],
  cwd: string,
  more: Record<string, string>,
  onProgress: (line: string) => void,
): Promise<string> {
  const child = spawn(process.env.PULUMI_CLI ?? 'pulumi', args, {
    cwd,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', all: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString()
    said.all += chunk.toString()
    onProgress(chunk.toString().trim().split('\n').at(-1) ?? '')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.all += chunk.toString()
  })
  const code = await new Promise<number | null>((done, refuse) => {
    child.once('error', refuse)
    child.once('close', done)
  })
  if (code === 0) return said.out
  throw new RegimenError('UpdateFailed', {
    what: `pulumi ${args[0] ?? ''} failed`,
    where: cwd,
    got: said.all.trim().split('\n').slice(-15).join('\n'),
    do: 'correct what it names, and repeat',
  })
}

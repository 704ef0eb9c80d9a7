/** The real Pulumi CLI as an engine, on any backend: the stack is the environment's. */
import { spawn } from 'node:child_process'
import { z } from 'zod'
import { RegimenError } from '../../functions/errors.ts'
import { losses, lossRefusal, type PlannedStep } from '../../local/deploy/stateful-types.ts'
import type { Engine, Update } from './engine.ts'

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

const preview = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        newState: z.object({ type: z.string() }).optional(),
        oldState: z.object({ type: z.string(), retainOnDelete: z.boolean().optional() }).optional(),
      }),
    )
    .default([]),
})
const exported = z.object({
  deployment: z.object({
    resources: z.array(z.object({ urn: z.string(), custom: z.boolean() })).default([]),
  }),
})

export function pulumiEngine(environment: string, onProgress: (line: string) => void): Engine {
  const pulumi = (programDir: string, args: readonly string[], more: Record<string, string> = {}) =>
    run([...args, '--stack', environment, '--non-interactive'], programDir, more, onProgress)

  async function plan(programDir: string, environment: Record<string, string>): Promise<Update> {
    const steps = parseSteps(await pulumi(programDir, ['preview', '--json', '--refresh'], environment))
    const lost = losses(steps)
    if (lost.length > 0) throw new RegimenError('UpdateRefused', { what: lossRefusal(lost) })
    return { steps, drift: [] }
  }
  return {
    preview: (programDir) => plan(programDir, {}),
    async up(programDir, adopt) {
      const more = adopt === undefined ? {} : { REGIMEN_ADOPT: JSON.stringify(adopt) }
      const planned = await plan(programDir, more)
      await pulumi(programDir, ['up', '--yes', '--skip-preview', '--refresh'], more)
      return planned
    },
    async destroy(programDir) {
      const held = parseState(await pulumi(programDir, ['stack', 'export']))
      await pulumi(programDir, ['destroy', '--yes', '--skip-preview', '--refresh'])
      return { steps: held.map(({ urn }) => ({ urn, type: typeOf(urn), change: 'deleted' })), drift: [] }
    },
    async holds(programDir) {
      const held = parseState(await pulumi(programDir, ['stack', 'export']))
      return new Set(held.map(({ urn }) => urn.split('::').at(-1) ?? ''))
    },
  }
}

const typeOf = (urn: string) => urn.split('::')[2]?.split('$').at(-1) ?? ''

/** What is let go of and stays in the cloud is retained. */
function parseSteps(text: string): PlannedStep[] {
  return preview.parse(JSON.parse(text)).steps.flatMap(({ op, urn, oldState }) => {
    const change = Object.entries(changes).find(([name]) => name === op)?.[1]
    if (change === undefined) return []
    const retained = change === 'deleted' && oldState?.retainOnDelete === true
    return [{ urn, type: typeOf(urn), change: retained ? 'retained' : change }]
  })
}

const parseState = (text: string) =>
  exported.parse(JSON.parse(text)).deployment.resources.filter(({ custom }) => custom)

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

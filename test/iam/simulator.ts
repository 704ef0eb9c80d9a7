/**
 * An independent judge of policies: `@cloud-copilot/iam-simulate`. Its licence is AGPL, so it is no dependency of this
 * project: the suite installs it into a cache folder, compares with it, and nothing of it is kept or shipped.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const version = '0.1.173'
const folder = path.join(import.meta.dirname, '../../node_modules/.cache', `iam-simulate-${version}`)

export interface Question {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly context: Readonly<Record<string, string | readonly string[]>>
  readonly policy: object
}

/** What it answers: allowed, denied, or why the question is none. */
export type Judge = (question: Question) => Promise<boolean | { refused: string }>

interface Simulator {
  runSimulation(simulation: object, options: object): Promise<Record<string, unknown>>
}

/** `undefined` when it can be had neither from the cache nor from the registry. */
export async function openSimulator(): Promise<Judge | undefined> {
  const manifest = path.join(folder, 'package.json')
  const installed = path.join(folder, 'node_modules/@cloud-copilot/iam-simulate/package.json')
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(manifest, '{"private":true}\n')
    const wanted = `@cloud-copilot/iam-simulate@${version}`
    try {
      execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', wanted], {
        cwd: folder,
        stdio: 'pipe',
      })
    } catch {
      return undefined
    }
  }
  const { runSimulation }: Simulator = createRequire(manifest)('@cloud-copilot/iam-simulate')
  return async ({ principal, action, resource, context, policy }) => {
    const answer = await runSimulation(
      {
        request: {
          principal,
          action,
          resource: { resource, accountId: '000000000000' },
          contextVariables: context,
        },
        identityPolicies: [{ name: 'policy', policy }],
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    )
    if (answer.resultType === 'error') return { refused: JSON.stringify(answer.errors) }
    return answer.overallResult === 'Allowed'
  }
}

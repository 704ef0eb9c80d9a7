/** Evaluates the real program with Pulumi's mocks and answers with what it registered. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { vi } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'
import { mapValues } from '../../infra/map-values.ts'
import type { GraphResource } from '../../infra/policy/graph.ts'
import { evaluateProgram } from '../../stacks/evaluate.ts'
import { partitionOf } from '../../stacks/stand-in.ts'

export type Recorded = GraphResource

export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Principal?: unknown
  readonly Action: string[]
  readonly Resource: string[]
  readonly Condition?: unknown
}

export interface Program {
  readonly resources: readonly Recorded[]
  readonly outputs: Readonly<Record<string, unknown>>
  of(type: string): readonly Recorded[]
  one(type: string, name: string): Recorded
  /** What the role of that logical name may do. */
  policyOf(role: string): Statement[]
}

export const repository = resolve(import.meta.dirname, '../..')
const account = '123456789012'
const region = 'eu-central-1'
const placeOf = (inRegion: string) => ({
  accountId: account,
  region: inRegion,
  partition: partitionOf(inRegion),
})

/** The configuration of an environment as its file gives it, and what a test puts on top. */
export function configurationOf(environment: string): Record<string, string> {
  const text = readFileSync(join(repository, `Pulumi.${environment}.yaml`), 'utf8')
  return Object.fromEntries(
    [...text.matchAll(/^ {2}(\w+:\w+): (.+)$/gm)].map(([, key, value]) => [key!, value!]),
  )
}

const bundled = new Map<string, ReturnType<typeof bundleFunctions>>()

/** Bundling is most of an evaluation's time, and the sources do not change while a test file runs. */
export const bundleOnce: typeof bundleFunctions = (root, entries) => {
  const key = JSON.stringify([root, entries])
  const known = bundled.get(key) ?? bundleFunctions(root, entries)
  bundled.set(key, known)
  return known
}

/** For tests that do not look at code. */
export const noCode: typeof bundleFunctions = async (_root, entries) =>
  mapValues(entries, () => ({ path: 'package.json', sha256: '0'.repeat(64), usesDuckdb: false }))

export async function evaluate(
  environment: string,
  overrides: Record<string, string> = {},
  bundle = bundleOnce,
): Promise<Program> {
  vi.resetModules()
  vi.doMock('../../infra/bundle.ts', () => ({ bundleFunctions: bundle }))
  const configuration = {
    ...configurationOf(environment),
    'aws:region': region,
    // What these tests are about does not need the other architecture's native binding.
    'regimen:duckdbPlatform': 'host',
    ...overrides,
  }
  return await record(environment, configuration, () => import('../../stacks/index.ts'))
}

/** Runs a program, or a piece of one, and answers once everything that it started has been registered. */
export async function record(
  environment: string,
  configuration: Record<string, string>,
  program: () => Promise<object>,
): Promise<Program> {
  const { resources, outputs } = await evaluateProgram({
    stack: environment,
    configuration,
    place: placeOf(configuration['aws:region'] ?? region),
    root: repository,
    program,
  })
  const one = (type: string, name: string) => {
    const found = resources.filter((resource) => resource.type === type && resource.name === name)
    if (found.length !== 1) throw new Error(`${found.length} resources ${type} ${name}`)
    return found[0]!
  }
  return {
    resources,
    outputs,
    of: (type) => resources.filter((resource) => resource.type === type),
    one,
    policyOf: (role) => statements(one('aws:iam/policy:Policy', `${role}-policy`).inputs.policy),
  }
}

export function statements(document: unknown): Statement[] {
  return (JSON.parse(String(document)) as { Statement: Statement[] }).Statement
}

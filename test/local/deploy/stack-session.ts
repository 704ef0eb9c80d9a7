/** One stack of a running test cloud as an engine drives it: templates in, resources out. */
import * as z from 'zod'
import type { TestCloud } from '../running-cloud.ts'

export interface Template {
  readonly type: string
  readonly name: string
  readonly inputs: Record<string, unknown>
  readonly protect?: boolean
  readonly retainOnDelete?: boolean
  readonly importId?: string
}

const fields = z.record(z.string(), z.unknown())
const held = z.object({
  resources: z.array(
    z.object({
      type: z.string(),
      name: z.string(),
      id: z.string(),
      inputs: fields,
      protect: z.boolean(),
    }),
  ),
})
const begun = z.object({ drift: z.array(z.object({ urn: z.string(), kind: z.string() })) })
const done = z.object({
  change: z.string(),
  deleted: z.array(z.string()),
  retained: z.array(z.object({ name: z.string(), type: z.string(), id: z.string() })),
})

export interface Applied {
  readonly changes: readonly string[]
  readonly drift: readonly { urn: string; kind: string }[]
  readonly deleted: readonly string[]
  readonly retained: readonly { name: string; type: string; id: string }[]
}

const urnOf = (stack: string, { type, name }: Template) => `urn:pulumi:${stack}::test::${type}::${name}`

/** @throws Error with the engine's message. */
export async function applyTemplate(
  cloud: TestCloud,
  stack: string,
  templates: readonly Template[],
  how: { preview?: boolean; refresh?: boolean; destroy?: boolean; ignoreProtect?: boolean } = {},
): Promise<Applied> {
  const { drift } = begun.parse(await post(cloud, `${stack}/begin`, how))
  const changes: string[] = []
  for (const template of templates) {
    const answer = await post(cloud, `${stack}/resources`, { ...template, urn: urnOf(stack, template) })
    changes.push(done.pick({ change: true }).parse(answer).change)
  }
  const end = done.omit({ change: true }).parse(await post(cloud, `${stack}/finish`, { outputs: {} }))
  return { changes, drift, ...end }
}

/** What the stack holds: logical name to type and inputs. */
export async function configurationOf(cloud: TestCloud, stack: string) {
  const { resources } = await holdings(cloud, stack)
  return Object.fromEntries(
    resources
      .map(({ name, type, inputs }) => [name, { type, inputs }] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

export async function holdings(cloud: TestCloud, stack: string) {
  const response = await fetch(`${cloud.running.endpoint}/_regimen/stacks/${stack}`)
  return held.parse(await response.json())
}

async function post(cloud: TestCloud, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${cloud.running.endpoint}/_regimen/stacks/${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(String(z.object({ error: z.string() }).parse(answer).error))
  return answer
}

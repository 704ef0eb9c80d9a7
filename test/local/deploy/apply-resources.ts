/** Applies resources through the control addresses, as the deploying process does. */
import * as z from 'zod'
import type { TestCloud } from '../running-cloud.ts'

export interface Registered {
  readonly type: string
  readonly name: string
  readonly inputs: Record<string, unknown>
}

/** @returns the change made to each resource, and the URNs that were deleted */
export async function applyResources(cloud: TestCloud, stack: string, resources: readonly Registered[]) {
  await post(cloud, stack, 'begin', {})
  const changes: string[] = []
  const outputs: Record<string, unknown>[] = []
  for (const resource of resources) {
    const urn = `urn:pulumi:${stack}::test::${resource.type}::${resource.name}`
    const answer = await post(cloud, stack, 'resources', { ...resource, urn })
    changes.push(answer.change)
    outputs.push(answer.outputs)
  }
  const { deleted } = await post(cloud, stack, 'finish', { outputs: {} })
  return { changes, outputs, deleted }
}

const answers = z.object({
  error: z.string().default(''),
  change: z.string().default(''),
  outputs: z.record(z.string(), z.unknown()).default({}),
  deleted: z.array(z.string()).default([]),
})

async function post(cloud: TestCloud, stack: string, step: string, body: object) {
  const response = await fetch(`${cloud.running.endpoint}/_regimen/stacks/${stack}/${step}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const answer = answers.parse(await response.json())
  if (!response.ok) throw new Error(answer.error)
  return answer
}

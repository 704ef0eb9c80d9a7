/** Brings what an engine believes of its resources in line with what is in the cloud. */
import type { ResourceOperations } from './resource-operations.ts'
import type { StackState } from './stack-state.ts'

export interface Drift {
  readonly urn: string
  readonly kind: 'deleted' | 'changed'
  /** Inputs that differ from what was applied. */
  readonly inputs: readonly string[]
}

/** What is gone is forgotten and what was changed is noted, so that the next update makes both good. */
export async function refresh(state: StackState, operations: ResourceOperations): Promise<Drift[]> {
  const drift: Drift[] = []
  for (const resource of state.resources) {
    const { urn, type, name, id, inputs } = resource
    const live = await operations.read(type, id, inputs)
    if (live === undefined) {
      drift.push({ urn, kind: 'deleted', inputs: [] })
      await state.remove(urn)
      continue
    }
    const { changed } = operations.compare(type, name, inputs, live)
    if (changed.length > 0) drift.push({ urn, kind: 'changed', inputs: changed })
    // In its place: deletion goes backwards through the order.
    await state.put(changed.length === 0 ? resource : { ...resource, inputs: live })
  }
  return drift
}

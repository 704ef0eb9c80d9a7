/** Map: runs a flow per item, within this execution (inline) or as child executions (distributed). */
import type { MapState } from './definition.ts'
import { runDistributedMap } from './distributed-map.ts'
import { runInlineMap } from './inline-map.ts'
import type { Outcome, Visit } from './visit.ts'

export function runMap(state: MapState, visit: Visit, attempt: number): Promise<Outcome> {
  return state.ItemProcessor.ProcessorConfig?.Mode === 'DISTRIBUTED'
    ? runDistributedMap(state, visit, attempt)
    : runInlineMap(state, visit, attempt)
}

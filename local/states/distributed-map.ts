/** placeholder */
import type { MapState } from './definition.ts'
import type { Outcome, Visit } from './visit.ts'
export function runDistributedMap(_state: MapState, _visit: Visit, _attempt: number): Promise<Outcome> {
  throw new Error('not yet')
}

/** The monitoring item of a project: read, decided on, and written only where nobody wrote in between. */
import { RegimenError } from '../errors.ts'
import { getItem, tableKeys, updateItem } from '../table-store.ts'
import { initialState, type MonitorState, monitorStateSchema } from './monitor-state.ts'

/** Lost races after which the caller's own retry takes over. */
const attempts = 10

export const readMonitor = async (project: string): Promise<MonitorState> =>
  (await getItem(tableKeys.monitor(project), monitorStateSchema)) ?? initialState(project)

/**
 * Applies a decision to what is there; taken anew when another one was written meanwhile.
 * @param decide the same object when nothing changes, and nothing is written
 * @throws RegimenError `Conflict` after ten lost races
 */
export async function changeMonitor(
  project: string,
  decide: (state: MonitorState) => Promise<MonitorState> | MonitorState,
): Promise<MonitorState> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const before = await readMonitor(project)
    const decided = await decide(before)
    if (decided === before) return before
    const after = { ...decided, revision: before.revision + 1 }
    const written = await updateItem(tableKeys.monitor(project), {
      set: after,
      condition: 'attribute_not_exists(pk) OR #revision = :before',
      names: { '#revision': 'revision' },
      values: { ':before': before.revision },
    })
    if (written) return after
  }
  throw new RegimenError('Conflict', { what: `monitoring of ${project} was written by others each time` })
}

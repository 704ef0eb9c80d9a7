/** The use cases that bring a rehearsal, by id: data when none is at hand, and later batches. */

import { RegimenError } from '../../functions/errors.ts'
import { rehearsal as adherence } from '../../projects/adherence/rehearsal.ts'
import type { Rehearsal } from '../../projects/rehearsal.ts'

const rehearsals: Readonly<Record<string, Rehearsal>> = { adherence }

/** @throws RegimenError `InvalidRequest` naming the ones that there are. */
export function rehearsalOf(project: string): Rehearsal {
  const found = Object.hasOwn(rehearsals, project) ? rehearsals[project] : undefined
  if (found !== undefined) return found
  throw new RegimenError('InvalidRequest', {
    what: `no rehearsal for project "${project}"`,
    expected: `one of ${Object.keys(rehearsals).join(', ')}`,
    do: 'write projects/<id>/rehearsal.ts and name it in cli/demo/rehearsals.ts',
  })
}

/** The use cases that can be simulated, as they are but for explanations, which nobody reads here. */
import { RegimenError } from '../../functions/errors.ts'
import type { Project } from '../../functions/project.ts'
import { projects } from '../../stacks/projects.ts'

/** @throws RegimenError `InvalidRequest` naming the ones that there are. */
export function simulatedProject(id: string): Project {
  const found = Object.hasOwn(projects, id) ? projects[id] : undefined
  if (found !== undefined) return { ...found, prediction: { ...found.prediction, explanations: false } }
  throw new RegimenError('InvalidRequest', {
    what: `no simulation of project "${id}"`,
    expected: `one of ${Object.keys(projects).join(', ')}`,
    do: 'write its traffic in projects/<id>/rehearsal.ts and name it in cli/simulate/simulated-project.ts',
  })
}

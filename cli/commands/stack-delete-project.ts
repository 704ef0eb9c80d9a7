/** `regimen stack delete-project`: lists what depends on a project and refuses, or deletes it and verifies. */
import type { Command } from 'commander'
import { projects } from '../../stacks/projects.ts'
import { type GlobalOptions, openEnvironment } from '../context.ts'
import { programDirectory } from '../program-directory.ts'
import { chooseEngine, type EngineName, engineName } from '../stack/choose-engine.ts'

interface Options extends GlobalOptions {
  readonly engine?: EngineName
  readonly withModels?: boolean
  readonly withDatasets?: boolean
}

export function addDeleteProjectCommand(stack: Command): void {
  stack
    .command('delete-project <id>')
    .description(
      "deletes a project's flows, rules, alarms and roles once nothing depends on it; its data stays",
    )
    .option('--engine <name>', 'local, or pulumi (default: by the endpoint)', engineName)
    .option('--with-models', 'although a version is in production')
    .option('--with-datasets', 'although it has datasets')
    .action(async (id: string, _options: object, self: Command) => {
      // The project is the argument, and may be gone already where a deletion is asked for again.
      const { project: _, ...options }: Options = self.optsWithGlobals()
      const context = await openEnvironment(options)
      // The clients of three more services come with it, for which `stack graph` has no use.
      const { deleteProject, findDependants, projectPlace, refuseWhileUsed } = await import(
        '../stack/delete-project.ts'
      )
      const place = projectPlace(context)
      const scheduled = projects[id]?.schedule !== undefined
      const kept = { models: options.withModels === true, datasets: options.withDatasets === true }
      refuseWhileUsed(id, await findDependants(place, id, scheduled, kept))
      const engine = chooseEngine(context, options.engine)
      const { steps } = await deleteProject(place, engine, programDirectory, id)
      const deleted = steps.filter(({ change }) => change === 'deleted').map(({ urn }) => urn)
      const retained = steps.filter(({ change }) => change === 'retained').map(({ urn }) => urn)
      context.out.result(
        { project: id, deleted, retained, verified: true },
        () =>
          `${deleted.length} resources of ${id} are gone, ${retained.length} are kept: ${retained.join(', ')}`,
      )
    })
}

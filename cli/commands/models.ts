/** `regimen models …`: versions in the registry, and which one is in production. */
import { Command } from 'commander'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { getJson } from '../../functions/object-store.ts'
import { approveModel, getModel, listModelSummaries } from '../../functions/registry/model-store.ts'
import { exportModel } from '../../functions/scoring/export-model.ts'
import { loadScorer } from '../../functions/scoring/scorer-store.ts'
import { type Context, openContext } from '../context.ts'
import { table } from '../output.ts'
import { trainingDefinition } from '../training-definition.ts'
import { until } from '../until.ts'
import { writePage } from '../write-page.ts'
import { abCommand } from './models-ab.ts'
import { cardCommand } from './models-card.ts'
import { compareCommand } from './models-compare.ts'
import { deployCommand, deploymentCommand } from './models-deploy.ts'
import { historyCommand } from './models-history.ts'
import { promoteCommand } from './models-promote.ts'
import { rollbackCommand } from './models-rollback.ts'

export function modelsCommand(): Command {
  const command = new Command('models').description('model versions')
  command
    .command('list')
    .description('newest first')
    .option('--limit <n>', 'at most this many', Number, 50)
    .action(async ({ limit }: { limit: number }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const [models, [champion]] = await Promise.all([
        listModelSummaries(context.project, limit),
        readLedger(context.project),
      ])
      const rows = models.map((model) => ({
        version: model.version,
        status: model.status,
        inProduction: model.version === champion?.version,
        algorithm: model.algorithm,
        datasetVersion: `${model.datasetName}@${model.datasetVersion}`,
        metrics: model.metrics,
        createdAt: model.createdAt,
        createdBy: model.createdBy,
        runId: model.runId,
      }))
      context.out.result(rows, () =>
        table(
          ['VERSION', 'STATUS', 'PRODUCTION', 'ALGORITHM', 'DATASET', 'AUC', 'CREATED'],
          rows.map((m) => [
            m.version,
            m.status,
            m.inProduction ? 'yes' : '',
            m.algorithm,
            m.datasetVersion,
            m.metrics.rocAuc,
            m.createdAt,
          ]),
        ),
      )
    })
  command
    .command('show <version>')
    .description('everything that the registry knows of a version')
    .action(async (version: string, _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const model = await getModel(context.project, version)
      const evaluation = await getJson(model.evaluationUri)
      context.out.result({ ...model, evaluation }, () =>
        table(
          ['FIELD', 'VALUE'],
          Object.entries(model).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : JSON.stringify(value),
          ]),
        ),
      )
    })
  decide(command, 'approve', 'Approved')
  decide(command, 'reject', 'Rejected')
  command.addCommand(cardCommand()).addCommand(compareCommand())
  command.addCommand(promoteCommand()).addCommand(abCommand())
  command.addCommand(deployCommand()).addCommand(deploymentCommand())
  command.addCommand(historyCommand()).addCommand(rollbackCommand())
  command
    .command('export <version>')
    .description(
      'write a version as one ES module that scores and explains in a browser, on a device, in any Node',
    )
    .option('--out <file>', 'where to write it; by default <project>-<version>.mjs')
    .action(async (version: string, { out }: { out?: string }, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const model = await getModel(context.project, version)
      const projectUri = await trainingDefinition(model)
      const { modelUri, encoderUri, decisionUri } = model
      const scorer = await loadScorer(projectUri, {
        modelVersion: version,
        modelUri,
        encoderUri,
        decisionUri,
      })
      const { source, treeBytes } = await exportModel(scorer)
      const file = out ?? `${context.project}-${version}.mjs`
      writePage(file, source)
      const bytes = Buffer.byteLength(source)
      context.out.result(
        { file, version, bytes, treeBytes },
        () => `${file}: ${Math.ceil(bytes / 1_000)} kB, of which ${Math.ceil(treeBytes / 1_000)} kB trees`,
      )
    })
  return command
}

function decide(command: Command, verb: string, decision: 'Approved' | 'Rejected'): void {
  command
    .command(`${verb} <version>`)
    .description(
      decision === 'Approved' ? 'approve a version, which puts it into production' : 'reject a version',
    )
    .option('--reason <text>', 'why, for the ledger', `${verb}d on the command line`)
    .option('--hold', 'approve only: it goes into production by `regimen models deploy`')
    .action(async (version: string, { reason, hold }: { reason: string; hold?: boolean }, self: Command) => {
      const context: Context = await openContext(self.optsWithGlobals())
      const { project } = context
      const then = hold === true ? ('hold' as const) : undefined
      const model = await approveModel({ project, version, decision, reason, then })
      // The registry's event brings it into the lists.
      await until(async () => (await getModel(project, version)).status === decision, 10_000)
      context.out.result(
        { version, status: model.status, reason },
        () => `version ${version}: ${model.status}`,
      )
    })
}

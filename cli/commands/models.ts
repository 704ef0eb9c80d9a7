/** `regimen models list|show|approve|reject|history`: versions in the registry, and which one is in production. */
import { Command } from 'commander'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { getJson } from '../../functions/object-store.ts'
import { approveModel, getModel, listModels } from '../../functions/registry/model-store.ts'
import { type Context, openContext } from '../context.ts'
import { table } from '../output.ts'

export function modelsCommand(): Command {
  const command = new Command('models').description('model versions')
  command
    .command('list')
    .description('newest first')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const [models, [champion]] = await Promise.all([
        listModels(context.project),
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
  command
    .command('history')
    .description('the promotion ledger: who put which version into production, when and why')
    .action(async (_options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const entries = await readLedger(context.project)
      context.out.result(entries, () =>
        table(
          ['#', 'VERSION', 'PREVIOUS', 'WHO', 'WHY', 'WHEN'],
          entries.map((e) => [e.sequence, e.version, e.previous, e.who, e.why, e.when]),
        ),
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
    .action(async (version: string, { reason }: { reason: string }, self: Command) => {
      const context: Context = await openContext(self.optsWithGlobals())
      const { project } = context
      const model = await approveModel({ project, version, decision, reason })
      context.out.result(
        { version, status: model.status, reason },
        () => `version ${version}: ${model.status}`,
      )
    })
}

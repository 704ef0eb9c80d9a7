/** `regimen models compare`: versions side by side, each held against the first on the rows that both were tested on. */
import { Command } from 'commander'
import { compareRuns } from '../../functions/experiments/compare-runs.ts'
import { experimentRunSchema } from '../../functions/experiments/experiment-run.ts'
import type { Model } from '../../functions/registry/model.ts'
import { getModel } from '../../functions/registry/model-store.ts'
import { comparePaired } from '../../functions/registry/paired-comparison.ts'
import { readTestedRows } from '../../functions/registry/tested-rows-store.ts'
import { openContext } from '../context.ts'
import { table } from '../output.ts'

/** Any: the same comparison gives the same interval. */
const seed = 7

export function compareCommand(): Command {
  return new Command('compare')
    .description('versions side by side: what differs, every metric, and a paired test against the first')
    .argument('<version>')
    .argument('<other...>')
    .action(async (first: string, others: string[], _options: object, self: Command) => {
      const context = await openContext(self.optsWithGlobals())
      const models = await Promise.all(
        [first, ...others].map((version) => getModel(context.project, version)),
      )
      const [baseline, ...tested] = await Promise.all(models.map(readTestedRows))
      const paired = baseline === undefined ? [] : tested.map((one) => comparePaired(one, baseline, { seed }))
      const { runs: versions, ...compared } = compareRuns(models.map(asRun))
      context.out.result({ versions, ...compared, paired }, () =>
        [
          table(
            ['DIFFERS', ...versions],
            Object.entries(compared.differences).map(([name, values]) => [name, ...values]),
          ),
          table(
            ['METRIC', ...versions, ...versions.slice(1).map((version) => `Δ ${version}`)],
            Object.entries(compared.metrics).map(([name, { values, deltas }]) => [
              name,
              ...values,
              ...deltas.slice(1),
            ]),
          ),
          table(
            ['VERSION', 'AGAINST', 'ON THE SAME ROWS'],
            paired.map(({ version, against, reason }) => [version, against, reason]),
          ),
        ].join('\n\n'),
      )
    })
}

/** A version as the record of its run would tell it: the registry knows it all. */
export function asRun({ version, hyperparameters, createdBy, createdAt, ...model }: Model) {
  const status = model.status
  return experimentRunSchema.parse({
    ...model,
    status,
    runId: version,
    requestedBy: createdBy,
    startedAt: createdAt,
    params: hyperparameters,
  })
}

/** `regimen simulate`: months of traffic with a planted drift through the whole loop, in minutes and in one process. */
import { Command, InvalidArgumentError } from 'commander'
import { rehearsalOf } from '../demo/rehearsals.ts'
import { Output } from '../output.ts'
import { drawSimulation, weekLine } from '../simulate/draw-simulation.ts'
import { simulatedProject } from '../simulate/simulated-project.ts'

interface Options {
  readonly weeks: number
  readonly driftAt?: number
  readonly seed: number
  readonly batchesPerWeek: number
  readonly daily?: boolean
  readonly rows: number
  readonly trainingRows: number
  readonly json?: boolean
  readonly project?: string
}

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('weeks of traffic through monitoring, retraining and promotion; needs no cloud that is up')
    .option('--weeks <n>', 'weeks', whole, 26)
    .option('--drift-at <week>', 'first week of another world; without it nothing changes', whole)
    .option('--seed <n>', 'seed of the traffic', whole, 1)
    .option('--batches-per-week <n>', 'batches that a week comes in', whole, 1)
    .option('--daily', 'seven batches a week')
    .option('--rows <n>', 'rows a week', whole, 1_200)
    .option('--training-rows <n>', 'rows that the first version learns from', whole, 6_000)
    .action(async (_options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const { project: id = 'adherence', json = false, daily = false, rows: rowsPerWeek } = options
      const { weeks, driftAt, seed, trainingRows } = options
      const out = new Output(json)
      // The local cloud comes with it, for which no help has to wait.
      const { simulate } = await import('../simulate/simulate.ts')
      const result = await simulate(simulatedProject(id), rehearsalOf(id).traffic, {
        weeks,
        driftAt,
        seed,
        rowsPerWeek,
        trainingRows,
        batchesPerWeek: daily ? 7 : options.batchesPerWeek,
        onWeek: (week) => out.line(weekLine(week)),
      })
      out.result({ seed, driftAt: driftAt ?? null, ...result }, () => drawSimulation(result, driftAt))
    })
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number from 1 on')
}

/** `regimen generate`: a made-up table of the use case, for whoever has none at hand. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command, InvalidArgumentError } from 'commander'
import { rehearsalOf } from '../demo/rehearsals.ts'
import { Output } from '../output.ts'

interface Options {
  readonly out: string
  readonly rows: number
  readonly seed: number
  readonly opposite?: boolean
  readonly json?: boolean
  readonly project?: string
}

export function generateCommand(): Command {
  return new Command('generate')
    .description('write a made-up table of the use case; the same seed gives the same table')
    .requiredOption('--out <file>', 'CSV to write')
    .option('--rows <n>', 'rows', whole, 6_000)
    .option('--seed <n>', 'seed of the generator', whole, 1)
    .option('--opposite', 'what raises the risk lowers it: a model of such a table is a bad one')
    .action(async (_options: object, self: Command) => {
      const {
        out: file,
        rows,
        seed,
        opposite = false,
        json = false,
        project = 'adherence',
      }: Options = self.optsWithGlobals()
      const lines = rehearsalOf(project).generate({ seed, rows, opposite })
      await pipeline(Readable.from(lines), createWriteStream(file))
      new Output(json).result({ file, rows, seed, opposite }, () => `${file}: ${rows} rows`)
    })
}

function whole(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('expected a whole number from 1 on')
}

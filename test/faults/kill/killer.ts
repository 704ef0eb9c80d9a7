/** Chooses the moments of the kills from a seed, and strikes. */
import { mkdirSync, watch } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Keeper } from './keeper.ts'
import { journalBytes, lambdaTasks, trainingJobs } from './progress.ts'
import { seeded } from './seeded.ts'

/** What the killer waits for before it strikes. */
type Moment =
  | 'deploying'
  | 'training'
  | 'in a map'
  | 'writing a state file'
  | 'after a transition'
  | 'any time'

export interface Kill {
  readonly moment: Moment
  /** Function name to how many of its tasks were begun and not ended on disk. */
  readonly open: ReadonlyMap<string, number>
}

export interface KillerOptions {
  readonly kills: number
  readonly seed: number
  /** Journal bytes of a whole undisturbed run: the kills are spread over so many. */
  readonly bytes: number
}

/** A moment that does not come is not waited for longer than this. */
const patienceMilliseconds = 20_000
const pollMilliseconds = 2

/** @returns what was killed when; ends early when the demo does. */
export async function strike(keeper: Keeper, options: KillerOptions, over: AbortSignal): Promise<Kill[]> {
  const { directory } = keeper
  const random = seeded(options.seed)
  const struck: Kill[] = []
  const files: { path: string }[] = []
  // A directory that is not there yet is not watched later either.
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const watching = watch(directory, { recursive: true }, (_, path) => {
    if (path !== null) files.push({ path })
  })
  const special = {
    training: Math.max(1, Math.round(options.kills / 10)),
    'in a map': Math.max(1, Math.round(options.kills / 8)),
  }
  try {
    while (struck.length < options.kills && !over.aborted) {
      const wanted = struck.length === 0 ? 'deploying' : random.pick(ordinary)
      // Spread over what is left; early, so that the last ones do not come too late.
      const share = Math.max(0, options.bytes - journalBytes(directory)) / (options.kills - struck.length)
      const target = journalBytes(directory) + Math.round(share * random.unit() * 0.6)
      const delay = random.integer(0, wanted === 'any time' ? 1_500 : 60)
      const nth = random.integer(1, 6)
      files.length = 0
      const maps = mapBytes(directory)
      let moment: Moment = wanted
      for (
        const since = Date.now();
        Date.now() - since < patienceMilliseconds && !over.aborted;
        await pause(pollMilliseconds)
      ) {
        if (keeper.identity() === undefined) continue
        if (
          special.training > 0 &&
          trainingJobs(directory).some((job) => job.secondaryStatus === 'Training')
        ) {
          special.training -= 1
          moment = 'training'
          break
        }
        if (special['in a map'] > 0 && mapBytes(directory) > maps) {
          special['in a map'] -= 1
          moment = 'in a map'
          break
        }
        if (wanted === 'deploying' && files.some(({ path }) => path.includes('stacks'))) break
        if (wanted === 'any time') break
        const moved = journalBytes(directory) >= target
        if (wanted === 'after a transition' && moved) break
        if (wanted === 'writing a state file' && moved && files.filter(isStateFile).length >= nth) break
      }
      if (over.aborted) break
      if (moment !== 'writing a state file') await pause(delay)
      if (over.aborted || !(await keeper.kill())) continue
      struck.push({ moment, open: lambdaTasks(directory).open })
      // The next one meets another process.
      while (keeper.identity() === undefined && !over.aborted) await pause(pollMilliseconds)
    }
  } finally {
    watching.close()
  }
  return struck
}

const ordinary: readonly Moment[] = [
  'after a transition',
  'after a transition',
  'writing a state file',
  'writing a state file',
  'any time',
]

const isStateFile = ({ path }: { path: string }) =>
  path.endsWith('.new') || path.endsWith('.tmp') || path.endsWith('.jsonl')

const mapBytes = (directory: string) => journalBytes(directory, '.maps/')

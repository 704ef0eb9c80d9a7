/** Runs a small demo undisturbed and once more with its cloud killed again and again, and compares what they left. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DemoFiles, type FinishedExecution, makeFiles, playDemo } from './demo.ts'
import { type Evidence, gather, timeless } from './evidence.ts'
import { freePort, Keeper } from './keeper.ts'
import { type Kill, strike } from './killer.ts'
import { invocations, journalBytes, lambdaTasks, trainingJobs } from './progress.ts'

export interface KillDemoOptions {
  readonly kills: number
  readonly seed: number
  readonly rows: number
  readonly say: (line: string) => void
}

export interface Check {
  readonly title: string
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[]
}

interface Played extends Evidence {
  readonly executions: readonly FinishedExecution[]
  readonly bytes: number
  readonly seconds: number
}

/** A demo has room for so many kills in one round over its batches. */
const killsARound = 15

export async function killDemo({ kills, seed, rows, say }: KillDemoOptions): Promise<Check[]> {
  const root = mkdtempSync(join(tmpdir(), 'regimen-kills-'))
  try {
    const files = await makeFiles(join(root, 'files'), rows, 1)
    const port = await freePort()
    const rounds = Math.max(1, Math.ceil(kills / killsARound))
    const calm = new Keeper(join(root, 'undisturbed'), port)
    const reference = await playOn(calm, files, rounds).finally(() => calm.stop())
    say(
      `undisturbed: ${reference.seconds.toFixed(0)} s, ${reference.executions.map(({ name, status }) => `${name} ${status}`).join(', ')}`,
    )

    const keeper = new Keeper(join(root, 'killed'), port)
    const over = new AbortController()
    const striking = strike(keeper, { kills, seed, bytes: reference.bytes }, over.signal)
    const disturbed = await playOn(keeper, files, rounds).finally(async () => {
      over.abort()
      await striking
      await keeper.stop()
    })
    const struck = await striking
    const checks = [
      ...check(reference, disturbed),
      {
        title: `${kills} kills struck`,
        problems: struck.length === kills ? [] : [`${struck.length} did before the demo ended`],
      },
      notTwice(keeper.directory, struck),
      ...training(keeper.directory),
    ]
    say(`killed ${struck.length} times: ${disturbed.seconds.toFixed(0)} s, ${moments(struck)}`)
    return [...checks, orphans(root)]
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function playOn(keeper: Keeper, files: DemoFiles, rounds: number): Promise<Played> {
  const started = Date.now()
  await keeper.start()
  const executions = await playDemo(keeper, files, rounds)
  const seconds = (Date.now() - started) / 1_000
  const bytes = journalBytes(keeper.directory)
  return { executions, bytes, seconds, ...(await gather()) }
}

function check(reference: Played, disturbed: Played): Check[] {
  const of = (what: RegExp) => differences(reference, disturbed, (key) => what.test(key))
  const known = /\/(predictions|scores|model|train|validation)\/|\/(evaluation|decision|encoder)\.json$/
  return [
    {
      title: 'every execution succeeded',
      problems: [...reference.executions, ...disturbed.executions]
        .filter(({ status }) => status !== 'SUCCEEDED')
        .map(({ name, status, cause }) => `${name} ${status}: ${cause}`),
    },
    {
      title: 'the histories hold the same events in the same order',
      problems: reference.executions
        .filter(({ events }, at) => events.join() !== disturbed.executions[at]?.events.join())
        .map(({ name }) => name),
    },
    { title: 'the same objects are there', problems: keyDifferences(reference, disturbed) },
    { title: 'predictions and scores are the same, byte for byte', problems: of(/\/(predictions|scores)\//) },
    { title: 'the model is the same, byte for byte', problems: of(/\/model\//) },
    {
      title: 'metrics, decision and encoder are the same',
      problems: of(/\/(evaluation|decision|encoder)\.json$/),
    },
    { title: 'what training read is the same, byte for byte', problems: of(/\/(train|validation)\/csv\//) },
    {
      title: 'everything else is the same but for reports',
      problems: differences(
        reference,
        disturbed,
        (key) => !known.test(key) && !/(report\.html|manifest\.json)$/.test(key),
      ),
    },
    { title: 'the registry holds one version', problems: same(reference.packages, disturbed.packages) },
    { title: 'the ledger holds one promotion', problems: same(reference.ledger, disturbed.ledger) },
  ]
}

const same = (a: unknown, b: unknown) =>
  JSON.stringify(a) === JSON.stringify(b) ? [] : [`${JSON.stringify(a)}, then ${JSON.stringify(b)}`]

function differences(a: Evidence, b: Evidence, concerned: (key: string) => boolean): string[] {
  const keys = [...a.objects.keys()].filter(concerned)
  const different = keys.flatMap((key) => {
    const [left, right] = [timeless(a.objects.get(key)!), timeless(b.objects.get(key) ?? Buffer.alloc(0))]
    if (left === right) return []
    let at = 0
    while (left[at] === right[at]) at += 1
    return [`${key} from byte ${at}: ${left.slice(at - 30, at + 40)} / ${right.slice(at - 30, at + 40)}`]
  })
  return keys.length === 0 ? ['there is nothing to compare'] : different
}

function keyDifferences(a: Evidence, b: Evidence): string[] {
  const missing = [...a.objects.keys()].filter((key) => !b.objects.has(key)).map((key) => `missing: ${key}`)
  return [
    ...missing,
    ...[...b.objects.keys()].filter((key) => !a.objects.has(key)).map((key) => `new: ${key}`),
  ]
}

/** A function runs once for each of its tasks, and once more for each kill that met one of them under way. */
function notTwice(directory: string, struck: readonly Kill[]): Check {
  const problems: string[] = []
  const tasks = lambdaTasks(directory)
  for (const [name, ended] of tasks.ended) {
    const interrupted = struck.reduce((sum, kill) => sum + (kill.open.get(name) ?? 0), 0)
    // Monitoring looks at the last batch after the demo: it may be under way when the cloud is taken down.
    const open = interrupted + (tasks.open.get(name) ?? 0)
    const ran = invocations(directory, name)
    if (ran > ended + open)
      problems.push(`${name} ran ${ran} times for ${ended} tasks and ${open} interruptions`)
  }
  return { title: 'no completed task ran again', problems }
}

function training(directory: string): Check[] {
  const jobs = trainingJobs(directory)
  const attempts = jobs.map(
    ({ name, secondaryStatus, attempts }) => `${name} ${secondaryStatus} after ${attempts}`,
  )
  const once = jobs.length === 1 && jobs[0]?.attempts === 1 && jobs[0].secondaryStatus === 'Completed'
  return [{ title: 'the training job was re-attached, not run again', problems: once ? [] : attempts }]
}

/** Processes that have the directory among their arguments. */
function orphans(root: string): Check {
  const title = 'no process is left'
  if (process.platform !== 'linux') return { title, problems: [] }
  const left = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => commandOf(pid).includes(root))
  return { title, problems: left.map((pid) => `process ${pid}`) }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}

function moments(struck: readonly Kill[]): string {
  const counts = new Map<string, number>()
  for (const { moment } of struck) counts.set(moment, (counts.get(moment) ?? 0) + 1)
  return [...counts].map(([moment, count]) => `${count} ${moment}`).join(', ')
}

/** Our side of the data bench, and DuckDB's: one piece of work per process, one JSON line of what it took. */
import { detectDrift } from '../functions/drift/detect-drift.ts'
import { baselineOf } from '../functions/profile/baseline.ts'
import { profileFile } from '../functions/profile/profile-file-store.ts'
import type { RowSample } from '../functions/profile/row-sample.ts'
import { quoteText } from '../functions/quote-sql.ts'

/** Both profiles and the drift of every column: what the references answer. */
const drift = (before: string, now: string) => compare(before, now, false)
/** What `regimen drift` does with two files: joint drift of sampled rows on top, which no reference has. */
const jointDrift = (before: string, now: string) => compare(before, now, true)

async function compare(before: string, now: string, joint: boolean): Promise<string> {
  const samples: RowSample[] = []
  const taken = joint ? { onSample: (sample: RowSample) => void samples.push(sample) } : {}
  const baseline = baselineOf(await profileFile(before, taken))
  const current = await profileFile(now, { baseline, ...taken })
  const names = Object.keys(baseline.columns)
  const [first, second] = samples
  const { drifted } = detectDrift({
    baseline,
    current,
    thresholds: {
      effect: 0.1,
      pValue: 0.01,
      missingPoints: 0.05,
      alarmWeightedScore: 0.2,
      severeWeightedScore: 0.4,
      topFeatures: 10,
    },
    importance: Object.fromEntries(names.map((name) => [name, 1 / names.length])),
    ...(first === undefined || second === undefined ? {} : { samples: { baseline: first, current: second } }),
  })
  return `drifted: ${drifted.join(', ')}`
}

async function profile(file: string): Promise<string> {
  const { rows, columns } = await profileFile(file)
  return `${rows} rows, ${Object.keys(columns).length} columns`
}

const summarize = (file: string) => duckDb(`SUMMARIZE SELECT * FROM read_csv(${quoteText(file)})`)
/** Every cell is read and counted, and nothing else is done. */
const scan = (file: string) =>
  duckDb(`SELECT count(COLUMNS(*)) FROM read_csv(${quoteText(file)}, all_varchar = true)`)

/** What Node and DuckDB's library hold before the first row. */
const floor = () => duckDb('SELECT 1')

/** With the limits that our own functions have. */
async function duckDb(sql: string): Promise<string> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:', {
    threads: process.env.DUCKDB_THREADS ?? '1',
    memory_limit: `${process.env.DUCKDB_MEMORY_MB ?? '600'}MB`,
  })
  const connection = await instance.connect()
  const result = await connection.run(sql)
  await result.fetchAllChunks()
  return `${result.columnCount} columns`
}

const works: Readonly<Record<string, (first: string, second: string) => Promise<string>>> = {
  drift,
  jointDrift,
  floor,
  profile,
  summarize,
  scan,
}
const [name = '', first = '', second = ''] = process.argv.slice(2)
const work = works[name]
if (work === undefined)
  throw new Error(`unknown work: ${name}; expected one of ${Object.keys(works).join(', ')}`)
const [begun, used] = [performance.now(), process.cpuUsage()]
const found = await work(first, second)
const { user, system } = process.cpuUsage(used)
const measured = {
  seconds: (performance.now() - begun) / 1_000,
  cpuSeconds: (user + system) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  found,
}
process.stdout.write(`${JSON.stringify(measured)}\n`)

/** A process that imports one bundle, as a function that starts cold does, and tells how long that took. */
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'

const file = process.argv[2]
if (file === undefined) throw new Error('usage: node import-time.ts BUNDLE')
const cpu = process.cpuUsage()
const started = performance.now()
await import(pathToFileURL(file).href)
const milliseconds = performance.now() - started
const { user, system } = process.cpuUsage(cpu)
process.stdout.write(
  JSON.stringify({ milliseconds, cpuMilliseconds: (user + system) / 1_000, at: process.version }),
)
// DuckDB's binding and kept connections would hold the process.
process.exit(0)

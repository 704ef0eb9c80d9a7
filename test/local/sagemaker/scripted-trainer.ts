/** A trainer that does what its hyperparameter `script` says, with the command line of the real one. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { train: text, validation: text, hyperparameters: text, 'model-dir': text, metrics: text },
})
const modelDirectory = values['model-dir'] ?? ''
const { script, log, printed, x } = JSON.parse(readFileSync(values.hyperparameters ?? '', 'utf8'))
const rows = readdirSync(values.train ?? '').sort()

/** What it prints comes in two halves; the second, and its end, wait for the file `log`. */
async function print(lines: readonly string[], at: number): Promise<void> {
  const say = (some: readonly string[]) => some.forEach((line) => void process.stdout.write(`${line}\n`))
  say(lines.slice(0, at))
  while (!existsSync(log)) await setTimeout(10)
  say(lines.slice(at))
}

if (script === 'print') await print(JSON.parse(printed).lines, JSON.parse(printed).at)
else if (script === 'constant')
  for (let round = 0; round < 6; round++) process.stdout.write(`[${round}]\tvalidation-auc:${x}\n`)
else if (log !== undefined) appendFileSync(log, `${process.pid}\n`)

if (script === 'fail') {
  process.stderr.write('one class only\n')
  writeFileSync(join(modelDirectory, 'failure'), 'label column has one class')
  process.exit(1)
}
/** What is behind the median of those that completed before it never ends by itself. */
function isBehind(): boolean {
  const others = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map(Number) : []
  const sorted = others.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2
  return sorted.length >= 3 && Number(x) < median
}

if (script === 'constant' && isBehind()) setInterval(() => undefined, 1_000)
else if (script === 'constant') {
  appendFileSync(log, `${x}\n`)
  writeFileSync(join(modelDirectory, 'model.tar.gz'), gzipSync('model'))
  writeFileSync(values.metrics ?? '', JSON.stringify({ 'validation:auc': Number(x) }))
} else if (script === 'hang' || (script === 'hang-once' && !existsSync(`${log}.again`))) {
  setInterval(() => undefined, 1_000)
} else {
  writeFileSync(join(modelDirectory, 'model.tar.gz'), gzipSync(JSON.stringify(rows)))
  writeFileSync(values.metrics ?? '', JSON.stringify({ 'validation:auc': 0.75, 'train:auc': 0.875 }))
}

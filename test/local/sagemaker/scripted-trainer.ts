/** A trainer that does what its hyperparameter `script` says, with the command line of the real one. */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

const text = { type: 'string' } as const
const { values } = parseArgs({
  options: { train: text, validation: text, hyperparameters: text, 'model-dir': text, metrics: text },
})
const modelDirectory = values['model-dir'] ?? ''
const { script, log } = JSON.parse(readFileSync(values.hyperparameters ?? '', 'utf8'))
const rows = readdirSync(values.train ?? '').sort()
if (log !== undefined) appendFileSync(log, `${process.pid}\n`)

if (script === 'fail') {
  process.stderr.write('one class only\n')
  writeFileSync(join(modelDirectory, 'failure'), 'label column has one class')
  process.exit(1)
}
if (script === 'hang' || (script === 'hang-once' && !existsSync(`${log}.again`))) {
  setInterval(() => undefined, 1_000)
} else {
  writeFileSync(join(modelDirectory, 'model.tar.gz'), gzipSync(JSON.stringify(rows)))
  writeFileSync(values.metrics ?? '', JSON.stringify({ 'validation:auc': 0.75, 'train:auc': 0.875 }))
}

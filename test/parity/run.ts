/**
 * `npm run test:parity [-- --full]`: the platform's numbers against the references of the field, made anew in this run:
 * models, predictions and contributions of xgboost 3, 2 and 1.7, models of the local trainer in all three, the quality of
 * the trainer, metrics against scikit-learn, drift statistics and profiles against SciPy and NumPy.
 *
 * Python environments are made from PyPI in node_modules/.cache; what is written goes to a temporary folder.
 */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkDrift } from './check-drift.ts'
import { checkExchange } from './check-exchange.ts'
import { checkFixtures } from './check-fixtures.ts'
import { checkMetrics } from './check-metrics.ts'
import { checkModels } from './check-models.ts'
import { checkProfile } from './check-profile.ts'
import { checkQuality } from './check-quality.ts'
import { checkResamples } from './check-resamples.ts'
import { type PythonEnvironment, pythonIn } from './python-environment.ts'
import { Reckoning } from './reckoning.ts'

const full = process.argv.includes('--full')
const here = import.meta.dirname
const data = join(here, '../../../shared/data')
// Small models on many threads wait for each other only.
process.env.OMP_NUM_THREADS = '1'

const reckoning = new Reckoning()
const work = mkdtempSync(join(tmpdir(), 'regimen-parity-'))
const started = performance.now()
try {
  const names: PythonEnvironment[] = ['xgboost-3', 'xgboost-2', 'xgboost-1.7']
  const libraries = names.map((name) => ({ name, python: pythonIn(name) }))
  const newest = pythonIn('xgboost-3')
  await section('models of the library', async () => {
    for (const { name, python } of libraries) {
      const folder = subfolder(name)
      await script(python, 'grid.py', [folder, ...(full ? ['--full'] : [])])
      checkModels(folder, reckoning)
    }
  })
  await section('fixtures made anew', async () => {
    const folder = subfolder('fixtures')
    await script(newest, 'make-models.py', ['--out', folder])
    await script(pythonIn('xgboost-1.7'), 'make-models.py', ['--old', '--out', folder])
    checkFixtures(folder, join(here, '../functions/scoring/fixtures'), reckoning)
  })
  await section('models of the local trainer', () =>
    checkExchange(subfolder('exchange'), libraries, reckoning),
  )
  await section('metrics and drift statistics', async () => {
    for (const seed of full ? [1, 2, 3, 4, 5] : [1, 2]) {
      const folder = subfolder(`metrics-${seed}`)
      await script(newest, 'make-metrics.py', ['--out', folder, '--seed', String(seed)])
      checkMetrics(join(folder, 'metrics.json'), reckoning)
      checkDrift(join(folder, 'drift.json'), reckoning)
    }
  })
  await section('profiles', async () => {
    for (const seed of full ? [1, 2, 3, 4, 5] : [1, 2]) {
      const folder = subfolder(`profile-${seed}`)
      await script(newest, 'make-profile.py', ['--out', folder, '--seed', String(seed)])
      await checkProfile(folder, reckoning)
    }
  })
  await section('false alarms and power of drift', async () => checkResamples(data, full, reckoning))
  await section('quality of the local trainer', () =>
    checkQuality(subfolder('quality'), data, newest, full, reckoning),
  )
  if (full) await section('trees of the local trainer on real tables', () => trees(newest))
} finally {
  rmSync(work, { recursive: true, force: true })
}
process.stdout.write(`${reckoning.report()}\n`)
process.exitCode = reckoning.failures.length === 0 ? 0 : 1

/** Case by case, where nothing is drawn at random the trees must be the library's: trainer.py judges and prints. */
async function trees(python: string): Promise<void> {
  if (!existsSync(data)) {
    reckoning.skip('trees of the local trainer on real tables', 'the folder of tables is not there')
    return
  }
  const parameters = [join(here, 'trainer.py'), '--node', process.execPath, '--data', data]
  const answer = promisify(execFile)(python, parameters, { maxBuffer: 1 << 24 })
  const { stdout } = await answer.catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }))
  const lines = stdout.split('\n').filter((line) => /^(?:ok {2}|MISS)/.test(line))
  if (lines.length === 0) throw new Error('trainer.py compared nothing')
  for (const line of lines) {
    if (line.startsWith('ok')) reckoning.check(line, {})
    else reckoning.fail('trainer', line)
  }
}

/** Progress on stderr; a section that breaks is one failure, and the others go on. */
async function section(title: string, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    reckoning.fail(title, messageOf(error))
  }
  process.stderr.write(`  ${title}: done after ${((performance.now() - started) / 1_000).toFixed(0)} s\n`)
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const stderr = 'stderr' in error ? String(error.stderr).trim().split('\n').slice(-3).join(' | ') : ''
  return stderr === '' ? error.message : stderr
}

function subfolder(name: string): string {
  const path = join(work, name)
  mkdirSync(path)
  return path
}

async function script(python: string, name: string, parameters: readonly string[]): Promise<void> {
  await promisify(execFile)(python, [join(here, name), ...parameters], { maxBuffer: 1 << 24 })
  if (readdirSync(parameters.find((parameter) => parameter.startsWith(work)) ?? work).length === 0)
    throw new Error(`${name} wrote nothing`)
}

/** Python environments of the parity suite and the benches: made from PyPI when they are missing, kept in node_modules/.cache. */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cache = fileURLToPath(new URL('../../node_modules/.cache/regimen-python/', import.meta.url))

/** The small wheel without GPU libraries, where there is one. */
const small = (version: string) => [
  `xgboost-cpu${version} ; sys_platform != "darwin"`,
  `xgboost${version} ; sys_platform == "darwin"`,
]

/** Requirements by environment: the newest library, the one before the last great change of its format, and 1.7. */
const environments = {
  'xgboost-3': [...small('>=3.2,<4'), 'numpy>=2', 'scipy', 'scikit-learn'],
  'xgboost-2': [...small('>=2.1,<3'), 'numpy>=2', 'scipy'],
  // 1.7 has no small wheel, and knows no NumPy 2.
  'xgboost-1.7': ['xgboost==1.7.6', 'numpy<2', 'scipy<1.14'],
  // A tracking server, and the library that loads what was logged to it.
  mlflow: ['mlflow>=3.4,<4', ...small('>=3.0,<4')],
  // References of the data bench. Evidently 0.7 imports what pandas 3 no longer has, whylogs 1.6 what NumPy 2 has not.
  evidently: ['evidently==0.7.23', 'pandas<3', 'scipy'],
  whylogs: ['whylogs==1.6.4', 'numpy<2', 'pandas<2.3'],
  'ydata-profiling': ['ydata-profiling==4.18.4'],
} as const
export type PythonEnvironment = keyof typeof environments

/**
 * Path of the environment's interpreter.
 * @throws Error that says what is missing: Python 3.10 or later with venv, or the package index.
 */
export function pythonIn(name: PythonEnvironment): string {
  const requirements = environments[name]
  const hash = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 8)
  const home = join(cache, `${name}-${hash}`)
  const python = (root: string) =>
    join(root, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const ready = join(home, 'ready')
  if (existsSync(ready)) return python(home)
  process.stderr.write(`  making the Python environment ${name} in node_modules/.cache (once)\n`)
  mkdirSync(cache, { recursive: true })
  rmSync(home, { recursive: true, force: true })
  run(systemPython(), ['-m', 'venv', home])
  // 1.7 comes as 200 MB: a slow index needs its time.
  run(python(home), [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--only-binary',
    ':all:',
    '--timeout',
    '180',
    ...requirements,
  ])
  writeFileSync(`${ready}.new`, '')
  renameSync(`${ready}.new`, ready)
  return python(home)
}

function systemPython(): string {
  const found = ['python3', 'python'].find((name) => {
    const { stdout, status } = spawnSync(name, ['-c', 'import sys, venv; print(sys.version_info >= (3, 10))'])
    return status === 0 && stdout.toString().trim() === 'True'
  })
  if (found === undefined)
    throw new Error('no Python 3.10 or later with venv on the PATH; install one (Debian: python3-venv)')
  return found
}

function run(program: string, parameters: readonly string[]): void {
  try {
    execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (cause) {
    throw new Error(`${program} ${parameters.slice(0, 3).join(' ')} … failed`, { cause })
  }
}

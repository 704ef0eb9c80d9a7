/** The operating-system process of one training job: how it is started, watched, found again and ended. */
import { spawn } from 'node:child_process'
import { closeSync, createReadStream, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { isAlive, processStartTime } from '../process-identity.ts'

export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
}

/** How a process ended. The code of a process that an earlier cloud started is not to be had: `null`. */
export interface Ending {
  readonly code: number | null
}

export interface RunningProcess {
  readonly identity: ProcessIdentity
  readonly ended: Promise<Ending>
}

export interface WaitingProcess extends RunningProcess {
  /** Lets it begin. */
  begin(): void
}

/** A process that is not yet on record must not outlive the cloud: without the word on its input it ends. */
const onTheWord = 'read -r word && : > "$0" && exec "$@"'

export const jobFiles = (directory: string) => ({
  train: join(directory, 'train'),
  validation: join(directory, 'validation'),
  hyperparameters: join(directory, 'hyperparameters.json'),
  model: join(directory, 'model'),
  archive: join(directory, 'model', 'model.tar.gz'),
  failure: join(directory, 'model', 'failure'),
  metrics: join(directory, 'metrics.json'),
  stdout: join(directory, 'stdout.log'),
  stderr: join(directory, 'stderr.log'),
  /** There from the moment on which the trainer may have done something. */
  begun: join(directory, 'begun'),
})

/** Makes a process group of its own for the trainer, so that it outlives a crash of the cloud and is found again. */
export function startTrainer(trainer: string, directory: string): WaitingProcess {
  const files = jobFiles(directory)
  const out = openSync(files.stdout, 'a', 0o600)
  const error = openSync(files.stderr, 'a', 0o600)
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', onTheWord, files.begun],
      process.execPath,
      trainer,
      ...['--train', files.train],
      ...(existsSync(files.validation) ? ['--validation', files.validation] : []),
      ...['--hyperparameters', files.hyperparameters],
      ...['--model-dir', files.model],
      ...['--metrics', files.metrics],
    ],
    { detached: true, stdio: ['pipe', out, error], cwd: directory },
  )
  closeSync(out)
  closeSync(error)
  // On AWS the job runs on an instance of its own: here it must not keep a stopping cloud alive.
  child.unref()
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve({ code }))
  })
  const pid = child.pid ?? 0
  // Whoever has ended reads no word.
  child.stdin?.on('error', () => undefined)
  return {
    identity: { pid, startTime: processStartTime(pid) ?? 'ended' },
    ended,
    begin: () => void child.stdin?.end('begin\n'),
  }
}

/** Watches a process that an earlier cloud started. It is no child of ours, so it can only be asked for now and then. */
export function attachTo(identity: ProcessIdentity, signal: AbortSignal): RunningProcess {
  const ended = new Promise<Ending>((resolve) => {
    const timer = setInterval(() => {
      if (isAlive(identity)) return
      clearInterval(timer)
      resolve({ code: null })
    }, 100)
    signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  })
  return { identity, ended }
}

/** SIGTERM to the whole group; SIGKILL when it is still there after the grace that a stopped job gets. */
export function endProcess(identity: ProcessIdentity, graceMillis: number): void {
  if (!isAlive(identity)) return
  signalGroup(identity, 'SIGTERM')
  setTimeout(() => signalGroup(identity, 'SIGKILL'), graceMillis).unref()
}

function signalGroup(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return
  try {
    process.kill(-identity.pid, signal)
  } catch (error) {
    // Between the question and the signal the process may have ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Whether a whole archive was left: a torn gzip stream is what a killed trainer leaves. */
export async function hasWholeArchive(file: string): Promise<boolean> {
  if (!existsSync(file)) return false
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    await pipeline(createReadStream(file), createGunzip(), discard)
    return true
  } catch {
    return false
  }
}

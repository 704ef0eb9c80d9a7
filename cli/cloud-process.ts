/** The local cloud as a process of its own: started, found again, stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { RegimenError } from '../functions/errors.ts'
import { programDirectory } from './program-directory.ts'
import { type RunningCloud, runningCloud, stillRuns } from './running-cloud.ts'

export interface CloudProcess {
  readonly endpoint: string
  readonly pid: number
  /** Whether this call started it; a cloud that was up already is left up by `stop`. */
  readonly started: boolean
  readonly ended: Promise<void>
  stop(): Promise<void>
}

const startTimeoutMilliseconds = 30_000

export async function startCloudProcess(options: {
  readonly directory: string
  readonly port: number
  readonly detach: boolean
  /** File in which each role's calls are noted. */
  readonly recordCalls?: string | undefined
}): Promise<CloudProcess> {
  const { directory, port, detach, recordCalls } = options
  const running = runningCloud(directory)
  if (running !== undefined)
    return { ...running, started: false, ended: Promise.resolve(), stop: () => Promise.resolve() }

  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const logFile = join(directory, 'cloud.out')
  const log = openSync(logFile, 'w', 0o600)
  const child = spawn(
    process.execPath,
    [
      join(programDirectory, 'local', 'main.ts'),
      '--dir',
      directory,
      '--port',
      String(port),
      ...(recordCalls === undefined ? [] : ['--record-calls', recordCalls]),
    ],
    { detached: detach, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const cloud = await appears(directory, child, logFile)
  if (detach) child.unref()
  return { ...cloud, started: true, ended, stop: () => stop(cloud) }
}

export async function stopCloudProcess(directory: string): Promise<boolean> {
  const cloud = runningCloud(directory)
  if (cloud === undefined) return false
  await stop(cloud)
  return true
}

async function appears(directory: string, child: ChildProcess, logFile: string) {
  const deadline = Date.now() + startTimeoutMilliseconds
  while (Date.now() < deadline && child.exitCode === null) {
    const cloud = runningCloud(directory)
    if (cloud !== undefined && cloud.pid === child.pid) return cloud
    await pause(50)
  }
  child.kill()
  throw new RegimenError('ServiceUnavailable', {
    what: 'the local cloud did not start',
    where: `in ${directory}`,
    got: readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join(' | ') || 'no word from it',
    do: `read ${logFile}`,
  })
}

async function stop(cloud: RunningCloud): Promise<void> {
  const { pid } = cloud
  if (!stillRuns(cloud)) return
  process.kill(pid, 'SIGTERM')
  for (let waited = 0; waited < 200; waited++) {
    await pause(50)
    if (!stillRuns(cloud)) return
  }
  throw new RegimenError('ServiceUnavailable', {
    what: 'the local cloud did not stop',
    where: `process ${pid}`,
  })
}

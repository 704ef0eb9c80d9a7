/** Global setup of the MLflow suite: a real tracking server from PyPI on loopback, its address handed to the tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { freePort } from '../../bench/cloud-under-test.ts'
import { pythonIn } from '../parity/python-environment.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the server, or why there is none. */
    mlflow: { uri: string; python: string } | { missing: string }
  }
}

const patienceMilliseconds = 120_000

export default async function startServer(project: TestProject): Promise<() => Promise<void>> {
  let python: string
  try {
    python = pythonIn('mlflow')
  } catch (error) {
    const missing = error instanceof Error ? error.message : 'no Python'
    project.provide('mlflow', { missing })
    return async () => undefined
  }
  const directory = mkdtempSync(join(tmpdir(), 'regimen-mlflow-'))
  const port = await freePort()
  const uri = `http://127.0.0.1:${port}`
  const parameters = [
    ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1'],
    ...['--backend-store-uri', `sqlite:///${join(directory, 'runs.db')}`],
    ...['--artifacts-destination', join(directory, 'artifacts')],
  ]
  const server = spawn(python, parameters, { stdio: 'ignore', cwd: directory, detached: true })
  const stop = async () => {
    await end(server)
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    await answering(server, uri)
    project.provide('mlflow', { uri, python })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function answering(server: ChildProcess, uri: string): Promise<void> {
  const until = Date.now() + patienceMilliseconds
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`mlflow server ended with exit code ${server.exitCode}`)
    const ready = await fetch(`${uri}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`mlflow server did not answer at ${uri} within ${patienceMilliseconds / 1_000} s`)
}

/** The server starts workers of its own: the whole group goes. */
async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.pid === undefined) return
  const ended = once(server, 'exit')
  process.kill(-server.pid, 'SIGTERM')
  const late = setTimeout(() => server.pid !== undefined && process.kill(-server.pid, 'SIGKILL'), 5_000)
  await ended
  clearTimeout(late)
}

/** Global setup of the contract suites: one moto server for the run, its address handed to the tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { TestProject } from 'vitest/node'
import { pythonProgram } from './python-environment.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    moto: string
  }
}

const patienceMilliseconds = 60_000

export default async function startMoto(project: TestProject): Promise<() => Promise<void>> {
  const program = pythonProgram('moto_server')
  const port = await freePort()
  const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    // The account of the local cloud, so that ARNs can be compared whole.
    env: { ...process.env, MOTO_ACCOUNT_ID: '000000000000', AWS_DEFAULT_REGION: 'us-east-1' },
  })
  const stop = () => endProcess(server)
  try {
    const endpoint = `http://127.0.0.1:${port}`
    await answering(server, endpoint)
    await configure(endpoint)
    project.provide('moto', endpoint)
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function answering(server: ChildProcess, endpoint: string): Promise<void> {
  const until = Date.now() + patienceMilliseconds
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`moto_server ended with exit code ${server.exitCode}`)
    const ready = await fetch(`${endpoint}/moto-api/config`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`moto_server did not answer at ${endpoint} within ${patienceMilliseconds / 1_000} s`)
}

/** State machines really run; functions answer without Docker. */
async function configure(endpoint: string): Promise<void> {
  const settings = { stepfunctions: { execute_state_machine: true }, lambda: { use_docker: false } }
  await fetch(`${endpoint}/moto-api/config`, { method: 'POST', body: JSON.stringify(settings) })
}

async function endProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const ended = once(server, 'exit')
  server.kill('SIGTERM')
  await ended
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

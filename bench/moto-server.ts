/** moto's server as the reference of the engine: it executes state machines, in JSONPath only. */
import { execFileSync, spawn } from 'node:child_process'
import { pythonProgram } from '../test/contract/python-environment.ts'
import { freePort } from './cloud-under-test.ts'

export interface Moto {
  readonly endpoint: string
  readonly version: string
  stop(): void
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const server = spawn(pythonProgram('moto_server'), ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    env: { ...process.env, MOTO_ACCOUNT_ID: '000000000000', AWS_DEFAULT_REGION: 'us-east-1' },
  })
  const stop = () => server.kill('SIGTERM')
  for (const until = Date.now() + 60_000; ; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const ready = await fetch(`${endpoint}/moto-api/config`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (ready) break
    if (Date.now() > until || server.exitCode !== null) {
      stop()
      throw new Error("moto's server did not start")
    }
  }
  await fetch(`${endpoint}/moto-api/config`, {
    method: 'POST',
    body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
  })
  return { endpoint, version: motoVersion(), stop }
}

function motoVersion(): string {
  const program = 'import importlib.metadata as m; print(m.version("moto"))'
  return execFileSync(pythonProgram('python'), ['-c', program], { encoding: 'utf8' }).trim()
}

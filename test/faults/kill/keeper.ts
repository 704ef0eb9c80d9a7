/** Keeps a local cloud up on a directory with `regimen up`, kills it when told, and starts it again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from '../../../local/process-identity.ts'

const root = join(import.meta.dirname, '..', '..', '..')

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no free port')
  return address.port
}

export class Keeper {
  readonly directory: string
  readonly port: number
  /** How often the cloud was killed. */
  kills = 0
  #up: ChildProcess | undefined
  #keeping: Promise<void> | undefined
  #stopped = false
  #refusals = 0

  constructor(directory: string, port: number) {
    this.directory = directory
    this.port = port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Resolves once it is up and deployed for the first time. */
  async start(): Promise<void> {
    const first = Promise.withResolvers<void>()
    this.#keeping = this.#keep(first)
    await first.promise
  }

  async #keep(first: PromiseWithResolvers<void>): Promise<void> {
    while (!this.#stopped) {
      const killed = this.kills
      const { code, said } = await this.#regimenUp()
      if (code === 0) {
        first.resolve()
        this.#refusals = 0
        while (!this.#stopped && this.identity() !== undefined) await pause(50)
      } else if (this.kills === killed && ++this.#refusals >= 3) {
        first.reject(new Error(`regimen up failed though nobody killed it: ${said}`))
        return
      }
    }
  }

  async #regimenUp(): Promise<{ code: number | null; said: string }> {
    const command = ['cli/bin.mjs', 'up', '--detach', '--dir', this.directory, '--port', String(this.port)]
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#up = child
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => {
        said = `${said}${text}`.slice(-2_000)
      })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    this.#up = undefined
    return { code, said }
  }

  /** The process that holds the directory, from the moment on which it took the lock. */
  identity(): { pid: number; startTime: string } | undefined {
    const file = join(this.directory, 'lock')
    try {
      const { pid, processStart } = JSON.parse(readFileSync(file, 'utf8'))
      const identity = { pid: Number(pid), startTime: String(processStart) }
      return isAlive(identity) ? identity : undefined
    } catch {
      // Not there, or half written: nobody is up yet.
      return undefined
    }
  }

  /** Resolves once the killed process is gone. */
  async kill(): Promise<boolean> {
    const identity = this.identity()
    if (identity === undefined) return false
    this.kills += 1
    process.kill(identity.pid, 'SIGKILL')
    while (isAlive(identity)) await pause(1)
    return true
  }

  /** Resolves when the cloud answers. */
  async answers(): Promise<void> {
    for (;;) {
      const { ok } = await fetch(`${this.endpoint}/_regimen/health`).catch(() => ({ ok: false }))
      if (ok && existsSync(join(this.directory, 'cloud.json'))) return
      await pause(50)
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#up?.kill('SIGKILL')
    const identity = this.identity()
    if (identity !== undefined) process.kill(identity.pid, 'SIGTERM')
    while (identity !== undefined && isAlive(identity)) await pause(20)
    await this.#keeping
  }
}

/**
 * One process that runs one function, one event at a time. Processes, not worker threads: DuckDB's native binding
 * aborts the whole process when a thread that runs a query is terminated, and a timeout does just that.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface FunctionFailure {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace?: readonly string[]
}

export type Outcome = { readonly result: string } | { readonly failure: FunctionFailure }

export interface Invocation {
  readonly id: string
  readonly event: string
  readonly functionArn: string
  readonly timeoutSeconds: number
}

const runtime = fileURLToPath(new URL('./runtime.ts', import.meta.url))
const endMark = '\u0000end '

export class Worker {
  readonly #process: ChildProcess
  #current:
    | { invocation: Invocation; settle(outcome: Outcome): void; marks: number; outcome?: Outcome }
    | undefined
  #onLine: (line: string) => void = () => undefined
  #timedOut = false
  alive = true

  constructor(root: string, memoryMegabytes: number, environment: Readonly<Record<string, string>>) {
    this.#process = fork(runtime, [], {
      cwd: root,
      env: { ...environment },
      // DuckDB's memory is not the JavaScript heap's: the limit is a hint, as the cloud shares one computer.
      execArgv: [`--max-old-space-size=${Math.max(128, memoryMegabytes)}`, '--no-warnings'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    for (const stream of [this.#process.stdout, this.#process.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#line(line))
    this.#process.on('message', (message) => this.#message(message))
    this.#process.on('error', () => this.#ended(null, null))
    // `close` comes after the streams have ended, so that the last lines are in the log.
    this.#process.on('close', (code, signal) => this.#ended(code, signal))
  }

  get pid(): number | undefined {
    return this.#process.pid
  }

  /** Never throws: what goes wrong is a failure in Lambda's own words. */
  async run(invocation: Invocation, onLine: (line: string) => void): Promise<Outcome> {
    this.#onLine = onLine
    this.#timedOut = false
    return await new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timedOut = true
        this.kill()
      }, invocation.timeoutSeconds * 1_000)
      this.#current = {
        invocation,
        marks: 0,
        settle: (outcome) => {
          clearTimeout(timer)
          this.#current = undefined
          resolve(outcome)
        },
      }
      const { id, event, functionArn } = invocation
      const deadline = Date.now() + invocation.timeoutSeconds * 1_000
      if (!this.alive) this.#ended(null, null)
      else this.#process.send({ id, event, functionArn, deadline }, (error) => error && this.kill())
    })
  }

  kill(): void {
    this.alive = false
    this.#process.kill('SIGKILL')
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()))
    this.kill()
    await ended
  }

  #line(line: string): void {
    const mark = line.indexOf(endMark)
    if (mark !== 0) this.#onLine(mark === -1 ? line : line.slice(0, mark))
    if (mark === -1) return
    if (this.#current !== undefined && line.slice(mark + endMark.length) === this.#current.invocation.id) {
      this.#current.marks += 1
      this.#settleWhenComplete()
    }
  }

  #message(message: unknown): void {
    if (typeof message !== 'object' || message === null || this.#current === undefined) return
    if (Reflect.get(message, 'id') !== this.#current.invocation.id) return
    const error: unknown = Reflect.get(message, 'error')
    this.#current.outcome = isFailure(error)
      ? { failure: error }
      : { result: String(Reflect.get(message, 'result')) }
    this.#settleWhenComplete()
  }

  #settleWhenComplete(): void {
    const current = this.#current
    if (current?.outcome !== undefined && current.marks >= 2) current.settle(current.outcome)
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.alive = false
    const current = this.#current
    if (current === undefined) return
    const { id, timeoutSeconds } = current.invocation
    if (this.#timedOut) {
      const errorMessage = `RequestId: ${id} Error: Task timed out after ${timeoutSeconds.toFixed(2)} seconds`
      current.settle({ failure: { errorType: 'Sandbox.Timedout', errorMessage } })
      return
    }
    const how =
      signal === null
        ? `exit status ${code ?? 1}`
        : `signal: ${signal === 'SIGKILL' ? 'killed' : signal.toLowerCase()}`
    const errorMessage = `RequestId: ${id} Error: Runtime exited with error: ${how}`
    current.settle({ failure: { errorType: 'Runtime.ExitError', errorMessage } })
  }
}

function isFailure(value: unknown): value is FunctionFailure {
  return typeof value === 'object' && value !== null && 'errorType' in value && 'errorMessage' in value
}

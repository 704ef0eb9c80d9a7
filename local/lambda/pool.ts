/** Processes of functions: warm ones are used again, idle ones end, and only so many run at once. */
import type { Invocation, Outcome, Worker } from './worker.ts'

export interface PoolOptions {
  /** Invocations at once over all functions. */
  readonly concurrency: number
  /** Processes that wait for the next event, over all functions. */
  readonly maxIdle: number
  readonly idleSeconds: number
}

interface Idle {
  readonly key: string
  readonly worker: Worker
  readonly timer: NodeJS.Timeout
}

export class Pool {
  readonly #options: PoolOptions
  readonly #busy = new Set<Worker>()
  readonly #waiting: (() => void)[] = []
  #idle: Idle[] = []
  #running = 0
  #stopped = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  get processes(): number {
    return this.#busy.size + this.#idle.length
  }

  /** @param key invocations with the same key may share a process */
  async run(
    key: string,
    make: () => Promise<Worker>,
    invocation: Invocation,
    onLine: (line: string) => void,
  ): Promise<Outcome> {
    await this.#turn()
    try {
      const worker = this.#takeIdle(key) ?? (await make())
      this.#busy.add(worker)
      try {
        return await worker.run(invocation, onLine)
      } finally {
        this.#busy.delete(worker)
        if (worker.alive && !this.#stopped) this.#park(key, worker)
      }
    } finally {
      this.#running -= 1
      this.#waiting.shift()?.()
    }
  }

  /** Ends every process, running or not. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { timer } of this.#idle) clearTimeout(timer)
    const workers = [...this.#busy, ...this.#idle.map(({ worker }) => worker)]
    this.#idle = []
    await Promise.all(workers.map((worker) => worker.stop()))
  }

  async #turn(): Promise<void> {
    if (this.#running >= this.#options.concurrency)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.#running += 1
  }

  #takeIdle(key: string): Worker | undefined {
    const at = this.#idle.findLastIndex((candidate) => candidate.key === key && candidate.worker.alive)
    if (at === -1) return undefined
    const [found] = this.#idle.splice(at, 1)
    clearTimeout(found?.timer)
    return found?.worker
  }

  #park(key: string, worker: Worker): void {
    const timer = setTimeout(() => this.#drop(worker), this.#options.idleSeconds * 1_000)
    timer.unref()
    this.#idle.push({ key, worker, timer })
    const oldest = this.#idle.length > this.#options.maxIdle ? this.#idle[0] : undefined
    if (oldest !== undefined) this.#drop(oldest.worker)
  }

  #drop(worker: Worker): void {
    const found = this.#idle.find((candidate) => candidate.worker === worker)
    if (found !== undefined) clearTimeout(found.timer)
    this.#idle = this.#idle.filter((candidate) => candidate.worker !== worker)
    worker.kill()
  }
}

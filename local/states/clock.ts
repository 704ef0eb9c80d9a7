/** Waiting: by wall clock, ended by a signal, unharmed by laptops that sleep. */

/** Longest single timer: after a suspended laptop wakes, the wall clock is looked at within this time. */
const chunkMs = 30_000

/** Resolves after the time by the wall clock, or rejects with the signal's reason. */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const until = Date.now() + milliseconds
  for (let left = milliseconds; left > 0; left = until - Date.now()) {
    await timer(Math.min(left, chunkMs), signal)
  }
}

function timer(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(handle)
      reject(signal.reason)
    }
    const handle = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, milliseconds)
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** The promise, unless the signal comes first: then its reason. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const stop = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Wakes everyone who waits between two looks at something that changes. */
export class Bell {
  readonly #waiting = new Set<() => void>()
  #rung = 0

  /** How often it has rung so far. */
  get rung(): number {
    return this.#rung
  }

  ring(): void {
    this.#rung += 1
    for (const wake of this.#waiting) wake()
  }

  /** Resolves at the first ring after the `since`th, or after the time. */
  async wait(milliseconds: number, signal: AbortSignal, since = this.#rung): Promise<void> {
    signal.throwIfAborted()
    if (this.#rung > since) return
    const rung = Promise.withResolvers<void>()
    const quiet = new AbortController()
    const wake = () => rung.resolve()
    this.#waiting.add(wake)
    const timed = sleep(milliseconds, AbortSignal.any([signal, quiet.signal]))
    timed.catch(() => undefined)
    try {
      await Promise.race([timed, rung.promise])
    } finally {
      this.#waiting.delete(wake)
      quiet.abort()
    }
  }
}

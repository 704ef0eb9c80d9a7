/** Task tokens of `.waitForTaskToken`: who waits for which, and what a client may say to them. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export type TokenOutcome = { readonly output: string } | { readonly error: string; readonly cause: string }

export interface Waiter {
  /** Records the outcome; the client is answered once it is on disk. */
  settle(outcome: TokenOutcome): Promise<void>
  heartbeat(): void
}

/** `unknown`: never issued here. `gone`: issued, but nobody waits any more. */
export type Delivery = 'delivered' | 'unknown' | 'gone'

export class TaskTokens {
  readonly #secret: Buffer
  readonly #waiters = new Map<string, Waiter>()

  /** @param secret signs tokens, so that a forged one is told from one that is past */
  constructor(secret: Buffer = randomBytes(32)) {
    this.#secret = secret
  }

  issue(): string {
    const body = randomBytes(48).toString('base64url')
    return `${body}.${this.#sign(body)}`
  }

  listen(token: string, waiter: Waiter): () => void {
    this.#waiters.set(token, waiter)
    return () => {
      this.#waiters.delete(token)
    }
  }

  async settle(token: string, outcome: TokenOutcome): Promise<Delivery> {
    const waiter = this.#waiters.get(token)
    if (waiter === undefined) return this.#issued(token) ? 'gone' : 'unknown'
    // Off the list first: of two answers only one counts.
    this.#waiters.delete(token)
    await waiter.settle(outcome)
    return 'delivered'
  }

  heartbeat(token: string): Delivery {
    const waiter = this.#waiters.get(token)
    if (waiter === undefined) return this.#issued(token) ? 'gone' : 'unknown'
    waiter.heartbeat()
    return 'delivered'
  }

  #issued(token: string): boolean {
    const [body, signature] = token.split('.')
    if (body === undefined || signature === undefined) return false
    const [given, expected] = [Buffer.from(signature), Buffer.from(this.#sign(body))]
    return given.length === expected.length && timingSafeEqual(given, expected)
  }

  #sign(body: string): string {
    return createHmac('sha256', this.#secret).update(body).digest('base64url')
  }
}

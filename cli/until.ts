/** Asks again until the answer is yes. */
import { setTimeout as pause } from 'node:timers/promises'

/** @returns `false` when `milliseconds` went by without a yes. */
export async function until(asked: () => Promise<boolean>, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds
  for (;;) {
    if (await asked()) return true
    if (Date.now() >= deadline) return false
    await pause(200)
  }
}

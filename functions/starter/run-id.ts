/** The id of a run: 16 characters `[a-z0-9]`, hashed from what makes the run unique. */
import { digestOf } from '../canonical-json.ts'

const length = 16
const space = 36n ** BigInt(length)

/**
 * The same parts give the same id; 36^16 ids (2^82) make a collision of a million runs less likely than 1 in 10^12.
 * AWS's limits decide the length: training jobs take 63 characters, tuning jobs 32, client tokens 36.
 */
export function runIdOf(unique: unknown): string {
  const digest = BigInt(`0x${digestOf(unique)}`)
  return (digest % space).toString(36).padStart(length, '0')
}

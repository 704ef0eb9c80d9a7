/** The unique id of a role or policy: derived from its ARN, so that it survives a restart. */
import { createHash } from 'node:crypto'

/** @param prefix `AROA` for roles, `ANPA` for managed policies */
export function uniqueId(prefix: string, arn: string): string {
  return `${prefix}${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`
}

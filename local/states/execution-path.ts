/** Where the journal of an execution lies. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** `executions/<machine>/<name>-<hash>.jsonl`: the hash keeps names apart on file systems that ignore case. */
export function executionPath(directory: string, arn: string): string {
  const [machine, name] = arn.split(':').slice(-2)
  const hash = createHash('sha256').update(arn).digest('hex').slice(0, 12)
  const readable = String(name).replaceAll(/[^A-Za-z0-9._-]/g, '_')
  return join(directory, 'executions', String(machine), `${readable}-${hash}.jsonl`)
}

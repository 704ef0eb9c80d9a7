/** Which role called what, on which kind of resource, each once: the evidence that a role may do what it does and no more. */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as z from 'zod'

const recordedCall = z.object({
  /** Name of the role. */
  role: z.string(),
  /** `s3:GetObject`. */
  action: z.string(),
  /** Service and type: `s3:object`, `dynamodb:table`; `*` where the action knows none. */
  kind: z.string(),
  allowed: z.boolean(),
})
export type RecordedCall = z.output<typeof recordedCall>

export class CallRecord {
  readonly #file: string
  readonly #known: Set<string>

  /** @param file one JSON object a line; what it holds is kept */
  constructor(file: string) {
    this.#file = file
    mkdirSync(dirname(file), { recursive: true })
    this.#known = new Set(readCalls(file).map((call) => JSON.stringify(call)))
  }

  note(principalArn: string, action: string, resource: string, allowed: boolean): void {
    const line = JSON.stringify({ role: roleOf(principalArn), action, kind: kindOf(resource), allowed })
    if (this.#known.has(line)) return
    this.#known.add(line)
    appendFileSync(this.#file, `${line}\n`)
  }
}

/** @returns none when there is no such file */
export function readCalls(file: string): readonly RecordedCall[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => recordedCall.parse(JSON.parse(line)))
}

/** `role/name` and `assumed-role/name/session` have the same name. */
function roleOf(principalArn: string): string {
  return /:(?:assumed-)?role\/([^/]+)/.exec(principalArn)?.[1] ?? principalArn
}

/** Services whose ARNs end in the name, without a type before it. */
const untyped: Readonly<Record<string, string>> = { sns: 'topic', sqs: 'queue' }

export function kindOf(resource: string): string {
  const [, , service, , , ...rest] = resource.split(':')
  if (service === undefined) return resource
  if (service === 's3') return rest.join(':').includes('/') ? 's3:object' : 's3:bucket'
  return `${service}:${untyped[service] ?? rest.join(':').split(/[:/]/)[0] ?? ''}`
}

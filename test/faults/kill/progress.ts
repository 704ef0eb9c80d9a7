/** What the journals on disk say of a cloud, running or killed. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Every journal: of executions, and of the Map runs' children. */
export function journalFiles(directory: string): string[] {
  const root = join(directory, 'states', 'executions')
  if (!existsSync(root)) return []
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(root, name))
}

/** @param among what the paths of the journals that count have in common */
export const journalBytes = (directory: string, among = '') =>
  journalFiles(directory)
    .filter((file) => file.includes(among))
    .reduce((sum, file) => sum + statSync(file).size, 0)

interface Noted {
  readonly kind: string
  readonly at?: string
  readonly name?: string
  readonly value?: { parameters?: { FunctionName?: string } }
  readonly events?: readonly { readonly type: string }[]
}

/** Whole records, those of children under the name of their child. */
export function records(directory: string): { scope: string; record: Noted }[] {
  return journalFiles(directory).flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .slice(0, -1)
      .flatMap((line) => {
        const parsed = JSON.parse(line)
        const child = parsed.child === undefined ? '' : `#${parsed.child}`
        return [{ scope: `${file}${child}`, record: parsed.child === undefined ? parsed : parsed.record }]
      }),
  )
}

export interface Tasks {
  /** Function name to the number of attempts that came to an end. */
  readonly ended: ReadonlyMap<string, number>
  /** Function name to the number of attempts that were begun and have no end. */
  readonly open: ReadonlyMap<string, number>
}

/** Calls of Lambda functions by tasks. */
export function lambdaTasks(directory: string): Tasks {
  const begun = new Map<string, string>()
  const ended = new Map<string, number>()
  for (const { scope, record } of records(directory)) {
    const [what, attempt] = (record.name ?? '').split(':')
    const place = `${scope}|${record.at}|${attempt}`
    const called = record.value?.parameters?.FunctionName
    if (what === 'begun' && called !== undefined) begun.set(place, functionName(called))
    const known = begun.get(place)
    if ((what !== 'result' && what !== 'failed') || known === undefined) continue
    ended.set(known, (ended.get(known) ?? 0) + 1)
    begun.delete(place)
  }
  const open = new Map<string, number>()
  for (const name of begun.values()) open.set(name, (open.get(name) ?? 0) + 1)
  return { ended, open }
}

const functionName = (arn: string) => arn.split(':function:')[1]?.split(':')[0] ?? arn

/** Invocations that a function's log shows to have started. */
export function invocations(directory: string, name: string): number {
  const log = join(directory, 'logs', `${name}.log`)
  if (!existsSync(log)) return 0
  const lines = readFileSync(log, 'utf8').split('\n')
  return lines.filter((line) => line.includes(' START RequestId: ')).length
}

/** What is kept of every training job. */
export function trainingJobs(
  directory: string,
): { name: string; secondaryStatus: string; attempts: number }[] {
  const folder = join(directory, 'sagemaker', 'training-jobs')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).item)
}

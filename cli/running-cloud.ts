/** The local cloud that runs on a directory, and how the SDK is pointed at it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { isAlive } from '../local/process-identity.ts'

const cloudFile = z.object({ endpoint: z.url(), pid: z.int(), processStart: z.string(), port: z.int() })
export type RunningCloud = z.output<typeof cloudFile>

export const defaultDirectory = '.regimen'

/** The local cloud that runs on a directory, if one does. */
export function runningCloud(directory: string): RunningCloud | undefined {
  const file = join(directory, 'cloud.json')
  if (!existsSync(file)) return undefined
  const cloud = cloudFile.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  // A killed cloud leaves its file behind, and its number may belong to another process by now.
  return cloud.success && stillRuns(cloud.data) ? cloud.data : undefined
}

export const stillRuns = ({ pid, processStart }: RunningCloud) => isAlive({ pid, startTime: processStart })

const stackFile = z.object({ resources: z.array(z.unknown()) })

/**
 * The environment that commands work in on a local cloud: what REGIMEN_ENVIRONMENT says, else the one that is deployed
 * there, dev where there are several or none.
 */
export function localEnvironment(directory: string): string {
  if (process.env.REGIMEN_ENVIRONMENT !== undefined) return process.env.REGIMEN_ENVIRONMENT
  const stacks = join(directory, 'stacks')
  if (!existsSync(stacks)) return 'dev'
  const kept = readdirSync(stacks).filter((stack) => existsSync(join(stacks, stack, 'state.json')))
  // A destroyed one leaves its empty state behind.
  const holds = (stack: string) =>
    stackFile.parse(JSON.parse(readFileSync(join(stacks, stack, 'state.json'), 'utf8'))).resources.length > 0
  const [first = 'dev', second] = kept.length > 1 ? kept.filter(holds) : kept
  return second === undefined ? first : 'dev'
}

/** The laptop's owner needs no account: any credentials open the local cloud. */
export function useEndpoint(endpoint: string): void {
  process.env.AWS_ENDPOINT_URL = endpoint
  process.env.AWS_REGION ??= 'us-east-1'
  process.env.AWS_ACCESS_KEY_ID ??= 'test'
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test'
}

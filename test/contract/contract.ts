/**
 * One suite, two servers: every case runs against the local cloud and against moto's server. Where moto answers otherwise
 * than AWS documents, the case says so with the page that decides; it must then really fail there, so no reason goes stale.
 */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, inject, test } from 'vitest'
import { services } from '../../local/services.ts'
import { type TestCloud, testCloud } from '../local/running-cloud.ts'

export interface Server {
  readonly name: 'the local cloud' | 'moto'
  readonly endpoint: string
  /** What any AWS client needs. */
  readonly client: ReturnType<TestCloud['client']>
  /** The running cloud, for what AWS makes by calls that the local cloud has only as Pulumi resources. */
  readonly cloud?: TestCloud
}

/** Why moto is not the judge of a case: what it does instead, and where AWS documents it. */
export interface MotoDiffers {
  readonly moto: string
  readonly documented: string
}

type Case<Tools> = (tools: Tools) => Promise<void>
export interface Agree<Tools> {
  (title: string, run: Case<Tools>): void
  (title: string, differs: MotoDiffers, run: Case<Tools>): void
}

export function contract<Tools>(
  service: string,
  open: (server: Server) => Promise<Tools> | Tools,
  cases: (agree: Agree<Tools>) => void,
): void {
  describe(service, () => {
    describe.each(['the local cloud', 'moto'] as const)('on %s', (name) => {
      let cloud: TestCloud | undefined
      let tools: Tools
      beforeAll(async () => {
        cloud = name === 'moto' ? undefined : await testCloud({ services: services() })
        tools = await open(cloud === undefined ? motoServer() : localServer(cloud))
      })
      afterAll(async () => {
        await cloud?.stop()
      })
      cases((title: string, ...rest: [Case<Tools>] | [MotoDiffers, Case<Tools>]) => {
        const [differs, run] = rest.length === 1 ? [undefined, rest[0]] : rest
        test(title, async ({ skip }) => {
          if (name === 'the local cloud' || differs === undefined) return await run(tools)
          const agrees = await run(tools).then(
            () => true,
            () => false,
          )
          if (agrees) throw new Error(`moto agrees now: take the reason away ("${differs.moto}")`)
          skip(`moto ${differs.moto}; AWS: ${differs.documented}`)
        })
      })
    })
  })
}

function localServer(cloud: TestCloud): Server {
  return {
    name: 'the local cloud',
    endpoint: cloud.running.endpoint,
    client: cloud.client(),
    cloud,
  }
}

function motoServer(): Server {
  const endpoint = inject('moto')
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  return {
    name: 'moto',
    endpoint,
    client: { endpoint, region: 'us-east-1', maxAttempts: 1, credentials },
  }
}

/** A name that no other suite on the shared server uses. */
export function unique(prefix: string): string {
  return `${prefix}-${randomUUID().slice(0, 8)}`
}

/** The error that a call ends with, as a client sees it. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; status: number | undefined }> {
  try {
    await call
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const metadata: unknown = Reflect.get(error, '$metadata')
    const status: unknown =
      typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined
    return { name: error.name, status: typeof status === 'number' ? status : undefined }
  }
  throw new Error('the call was accepted')
}

/** Runs functions: environment, log, limits and errors as Lambda has them. */
import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { logFile } from '../logs/service.ts'
import type { Cloud } from '../service.ts'
import { digest, type FunctionVersion } from './function-record.ts'
import { FunctionStore } from './function-store.ts'
import type { Pool } from './pool.ts'
import { taskRoot } from './task-root.ts'
import { type FunctionFailure, type Outcome, Worker } from './worker.ts'

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const maxResponseBytes = 6_291_556

export interface Invoked {
  readonly requestId: string
  readonly payload: string
  readonly failure: FunctionFailure | undefined
  /** The last 4 KB of the log. */
  readonly logTail: string
}

export class Invoker {
  readonly #cloud: Cloud
  readonly #pool: Pool
  readonly #logs = new Map<string, WriteStream>()
  /** GB-seconds per function, for the estimate of what a run would cost. */
  readonly gigabyteSeconds = new Map<string, number>()

  constructor(cloud: Cloud, pool: Pool) {
    this.#cloud = cloud
    this.#pool = pool
  }

  async invoke(version: FunctionVersion, qualifier: string | undefined, event: string): Promise<Invoked> {
    const requestId = randomUUID()
    const started = performance.now()
    const tail: string[] = []
    const write = (line: string) => {
      tail.push(line)
      if (tail.length > 400) tail.shift()
      this.#log(version.functionName).write(`${this.#cloud.now().toISOString()} ${line}\n`)
    }
    write(`START RequestId: ${requestId} Version: ${version.version}`)
    const outcome = await this.#run(version, qualifier, requestId, event, write)
    const milliseconds = performance.now() - started
    this.#report(version, requestId, milliseconds, outcome, write)
    // Whoever reads the log after the answer finds the lines of this call.
    await new Promise<void>((resolve) => this.#log(version.functionName).write('', () => resolve()))
    const logTail = `${tail.join('\n')}\n`.slice(-4_096)
    if ('result' in outcome) return { requestId, payload: outcome.result, failure: undefined, logTail }
    return { requestId, payload: JSON.stringify(outcome.failure), failure: outcome.failure, logTail }
  }

  async stop(): Promise<void> {
    await this.#pool.stop()
    await Promise.all(
      [...this.#logs.values()].map((log) => new Promise((resolve) => log.end(() => resolve(undefined)))),
    )
    await rm(join(this.#cloud.directory('lambda'), 'scratch'), { recursive: true, force: true })
  }

  async #run(
    version: FunctionVersion,
    qualifier: string | undefined,
    id: string,
    event: string,
    write: (line: string) => void,
  ): Promise<Outcome> {
    const functionArn = FunctionStore.of(this.#cloud).arn(version.functionName, qualifier)
    const invocation = { id, event, functionArn, timeoutSeconds: version.timeoutSeconds }
    const outcome = await this.#pool.run(
      digest(version) + version.version,
      () => this.#start(version),
      invocation,
      write,
    )
    if (!('result' in outcome) || Buffer.byteLength(outcome.result) <= maxResponseBytes) return outcome
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`
    return { failure: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } }
  }

  async #start(version: FunctionVersion): Promise<Worker> {
    const directory = this.#cloud.directory('lambda')
    const root = await taskRoot(join(directory, 'roots'), version)
    const scratch = join(directory, 'scratch', randomUUID())
    mkdirSync(scratch, { recursive: true })
    return new Worker(root, version.memoryMegabytes, this.#environment(version, root, scratch))
  }

  #environment(version: FunctionVersion, root: string, scratch: string): Record<string, string> {
    const { region, endpoint } = this.#cloud
    const key = this.#cloud.credentials(version.role)
    return {
      PATH: process.env.PATH ?? '',
      LANG: 'en_US.UTF-8',
      TZ: ':UTC',
      HOME: scratch,
      TMPDIR: scratch,
      NODE_PATH: join(root, 'node_modules'),
      LAMBDA_TASK_ROOT: root,
      _HANDLER: version.handler,
      AWS_EXECUTION_ENV: `AWS_Lambda_${version.runtime}`,
      AWS_LAMBDA_FUNCTION_NAME: version.functionName,
      AWS_LAMBDA_FUNCTION_VERSION: version.version,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMegabytes),
      AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${version.functionName}`,
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
      ...version.environment,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: key.accessKeyId,
      AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
      AWS_ENDPOINT_URL: endpoint,
    }
  }

  #report(
    version: FunctionVersion,
    requestId: string,
    milliseconds: number,
    outcome: Outcome,
    write: (line: string) => void,
  ): void {
    if ('failure' in outcome)
      write(`${this.#cloud.now().toISOString()} ${requestId} ERROR ${JSON.stringify(outcome.failure)}`)
    const billed = Math.ceil(milliseconds)
    const before = this.gigabyteSeconds.get(version.functionName) ?? 0
    this.gigabyteSeconds.set(
      version.functionName,
      before + (billed / 1_000) * (version.memoryMegabytes / 1_024),
    )
    write(`END RequestId: ${requestId}`)
    write(
      `REPORT RequestId: ${requestId}\tDuration: ${milliseconds.toFixed(2)} ms\tBilled Duration: ${billed} ms\tMemory Size: ${version.memoryMegabytes} MB`,
    )
  }

  #log(functionName: string): WriteStream {
    let log = this.#logs.get(functionName)
    if (log === undefined) {
      log = createWriteStream(logFile(this.#cloud, functionName), { flags: 'a' })
      this.#logs.set(functionName, log)
    }
    return log
  }
}

/** Runs transform jobs, one at a time: each scores its CSV objects with the built-in algorithm's model in a process. */
import { spawn } from 'node:child_process'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseS3Uri } from '../../functions/layout.ts'
import type { Cloud } from '../service.ts'
import { builtInImage } from './built-in-image.ts'
import { downloadPrefix, uploadFile } from './job-channels.ts'
import type { Models } from './model.ts'
import type { TransformJob, TransformJobs } from './transform-job.ts'

const transformer = fileURLToPath(new URL('./transform-main.ts', import.meta.url))

/** A fault of the request, known only once the job runs. */
class ClientError extends Error {}

export class TransformRunner {
  readonly #cloud: Cloud
  readonly #jobs: TransformJobs
  readonly #models: Models
  readonly #stopping = new Map<string, AbortController>()
  #queue: Promise<void> = Promise.resolve()
  #closed = false

  constructor(cloud: Cloud, jobs: TransformJobs, models: Models) {
    this.#cloud = cloud
    this.#jobs = jobs
    this.#models = models
  }

  /** What an earlier cloud left is done again from the start: the same input gives the same output. */
  resume(): void {
    const left = this.#jobs.values().filter(({ status }) => status === 'InProgress' || status === 'Stopping')
    for (const { name } of left.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) this.enqueue(name)
  }

  enqueue(name: string): void {
    const stop = new AbortController()
    this.#stopping.set(name, stop)
    this.#queue = this.#queue.then(() => this.#run(name, stop.signal))
  }

  stopJob(name: string): void {
    this.#change(name, { status: 'Stopping' })
    this.#stopping.get(name)?.abort()
  }

  /** Leaves every job where it is. */
  async shutdown(): Promise<void> {
    this.#closed = true
    for (const stop of this.#stopping.values()) stop.abort()
    await this.#queue
  }

  async #run(name: string, signal: AbortSignal): Promise<void> {
    const directory = join(this.#cloud.directory('sagemaker'), 'work', `transform-${name}`)
    const end = (change: Partial<TransformJob>) =>
      this.#change(name, { ...change, endedAt: this.#cloud.now().toISOString() })
    try {
      signal.throwIfAborted()
      this.#change(name, { startedAt: this.#cloud.now().toISOString() })
      await this.#transform(name, directory, signal)
      if (!this.#closed) end({ status: 'Completed' })
    } catch (error) {
      if (this.#closed) return
      if (signal.aborted) end({ status: 'Stopped' })
      else end({ status: 'Failed', failureReason: reasonOf(error) })
    } finally {
      this.#stopping.delete(name)
      await rm(directory, { recursive: true, force: true })
    }
  }

  async #transform(name: string, directory: string, signal: AbortSignal): Promise<void> {
    const { request } = this.#job(name)
    const { TransformInput: input, TransformOutput: output } = request
    const model = this.#models.get(request.ModelName)?.request
    const container = model?.PrimaryContainer ?? model?.Containers?.[0]
    if (model === undefined || container?.ModelDataUrl === undefined || container.Image === undefined) {
      throw new ClientError(`the model ${request.ModelName} has no image with an artifact`)
    }
    if (!builtInImage.test(container.Image)) {
      throw new ClientError(`the image ${container.Image} cannot be run without containers`)
    }
    if (input.DataSource.S3DataSource.S3DataType !== 'S3Prefix') {
      throw new ClientError('a manifest is not read locally; expected S3Prefix')
    }
    if (!/^(text\/)?csv\b/.test(input.ContentType ?? '') || input.CompressionType !== 'None') {
      throw new ClientError('only plain text/csv is read locally')
    }
    const { principal } = this.#cloud.credentials(model.ExecutionRoleArn ?? '')
    const files = {
      model: join(directory, 'model'),
      input: join(directory, 'in'),
      output: join(directory, 'out'),
    }
    await mkdir(files.output, { recursive: true })
    await downloadPrefix(this.#cloud, principal, container.ModelDataUrl, files.model)
    const uri = input.DataSource.S3DataSource.S3Uri
    const found = await downloadPrefix(this.#cloud, principal, uri, files.input)
    if (found === 0) throw new ClientError(`no objects under ${uri}`)
    const artifact = parseS3Uri(container.ModelDataUrl).key.split('/').at(-1) ?? ''
    await score([join(files.model, artifact), files.input, files.output], signal)
    const target = output.S3OutputPath.replace(/\/$/, '')
    for (const file of await readdir(files.output, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue
      const path = join(file.parentPath, file.name)
      const key = relative(files.output, path).split('\\').join('/')
      await uploadFile(this.#cloud, principal, path, `${target}/${key}`)
    }
  }

  #change(name: string, change: Partial<TransformJob>): void {
    const job = { ...this.#job(name), ...change, modifiedAt: this.#cloud.now().toISOString() }
    this.#jobs.put(name, job)
    this.#cloud.log(`sagemaker: transform job ${name}: ${job.status}`)
    this.#cloud.emit({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Transform Job State Change',
      detail: { TransformJobName: name, TransformJobArn: job.arn, TransformJobStatus: job.status },
      resources: [job.arn],
    })
  }

  #job(name: string): TransformJob {
    const job = this.#jobs.get(name)
    if (job === undefined) throw new TypeError(`no transform job ${name}`)
    return job
  }
}

/** @throws ClientError with what the process said */
function score(paths: readonly string[], signal: AbortSignal): Promise<void> {
  const child = spawn(process.execPath, [transformer, ...paths], {
    stdio: ['ignore', 'ignore', 'pipe'],
    signal,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(0, 1_000)
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new ClientError(said.trim() || `the scorer ended with ${code}`)),
    )
  })
}

const reasonOf = (error: unknown) =>
  error instanceof ClientError
    ? `ClientError: ${error.message}`
    : `InternalServerError: ${error instanceof Error ? error.message : String(error)}`

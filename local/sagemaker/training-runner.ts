/** Runs training jobs: a queue with a limit, one process per job, every step on disk before the next. */
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DurableCollection } from '../durable-collection.ts'
import { isAlive } from '../process-identity.ts'
import type { Cloud } from '../service.ts'
import { builtInImage } from './built-in-image.ts'
import { parseTrainingRequest, type TrainingRequest } from './create-training-job.ts'
import { downloadPrefix, uploadFile } from './job-channels.ts'
import { keepLog } from './job-log.ts'
import { enter, hasEnded, type TrainingJob, trainingJobEvent } from './training-job.ts'
import { failureReason, finalMetrics } from './training-outcome.ts'
import {
  attachTo,
  type Ending,
  endProcess,
  hasWholeArchive,
  jobFiles,
  type RunningProcess,
  startTrainer,
} from './training-process.ts'

export interface RunnerOptions {
  /** The trainer's entry file. */
  readonly trainer: string
  /** Jobs that run at once; further ones wait as `Pending`. */
  readonly concurrency: number
  /** Between SIGTERM and SIGKILL, milliseconds (AWS: 120 s). */
  readonly graceMillis: number
  /** Told whenever a job has changed, after the change can be read. */
  readonly changed?: () => void
}

export class TrainingRunner {
  readonly #cloud: Cloud
  readonly #jobs: DurableCollection<TrainingJob>
  readonly #options: RunnerOptions
  readonly #waiting: string[] = []
  readonly #running = new Map<string, Promise<void>>()
  readonly #shutdown = new AbortController()

  constructor(cloud: Cloud, jobs: DurableCollection<TrainingJob>, options: RunnerOptions) {
    this.#cloud = cloud
    this.#jobs = jobs
    this.#options = options
  }

  /** Takes up what an earlier cloud left: a live process is watched again, a lost one is run once more. */
  resume(): void {
    this.#clear()
    const left = this.#jobs.values().filter((job) => !hasEnded(job))
    for (const job of left.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1))) this.enqueue(job.name)
  }

  /** Working directories that a crash left after the end of their jobs. */
  #clear(): void {
    const directory = this.#cloud.directory('sagemaker')
    const work = join(directory, 'work')
    for (const name of existsSync(work) ? readdirSync(work) : []) {
      const job = this.#jobs.get(name)
      if (job === undefined || !hasEnded(job)) continue
      void keepLog(join(work, name), join(directory, 'logs'), name)
        .then(() => rm(join(work, name), { recursive: true, force: true }))
        .catch((error: unknown) => this.#cloud.log(`sagemaker: work of ${name} stays: ${String(error)}`))
    }
  }

  enqueue(name: string): void {
    this.#waiting.push(name)
    this.#next()
    if (this.#waiting.includes(name)) this.#enter(name, 'Pending')
  }

  /** Asks a job to stop; a waiting one is stopped at once. */
  stopJob(name: string): void {
    const job = this.#enter(name, 'Stopping')
    const place = this.#waiting.indexOf(name)
    if (place >= 0) {
      this.#waiting.splice(place, 1)
      this.#enter(name, 'Stopped')
    } else if (job.process !== undefined) endProcess(job.process, this.#options.graceMillis)
  }

  /** Ends the processes of an orderly shutdown; their jobs run again after the next start, not counted as an attempt. */
  async shutdown(): Promise<void> {
    this.#shutdown.abort()
    for (const name of this.#running.keys()) {
      const { process, ...job } = this.#job(name)
      if (process === undefined) continue
      endProcess(process, 0)
      this.#jobs.put(name, { ...job, attempts: job.attempts - 1 })
    }
    // Whoever stops the cloud may remove its directory next.
    await Promise.allSettled(this.#running.values())
  }

  #next(): void {
    while (this.#running.size < this.#options.concurrency && !this.#shutdown.signal.aborted) {
      const name = this.#waiting.shift()
      if (name === undefined) return
      const run = this.#run(name)
        .catch((error: unknown) => {
          // What a shutdown cut short is no failure of the job.
          if (!this.#shutdown.signal.aborted) this.#fail(name, reasonOf(error))
        })
        .finally(() => {
          this.#running.delete(name)
          this.#next()
        })
      this.#running.set(name, run)
    }
  }

  async #run(name: string): Promise<void> {
    const request = parseTrainingRequest(this.#job(name).request)
    const directory = join(this.#cloud.directory('sagemaker'), 'work', name)
    const running = await this.#process(name, request, directory)
    if (running === undefined) return
    const deadline = this.#limit(name, running, request)
    const ending = await running.ended.finally(() => clearTimeout(deadline.timer))
    if (this.#shutdown.signal.aborted) return
    await this.#finish(name, request, directory, ending, deadline.passed())
    await keepLog(directory, join(this.#cloud.directory('sagemaker'), 'logs'), name)
    await rm(directory, { recursive: true, force: true })
  }

  /** The process of this job: the one that lives still, or a new one. */
  async #process(
    name: string,
    request: TrainingRequest,
    directory: string,
  ): Promise<RunningProcess | undefined> {
    const job = this.#job(name)
    const files = jobFiles(directory)
    if (job.process !== undefined) {
      if (isAlive(job.process)) return attachTo(job.process, this.#shutdown.signal)
      if (await hasWholeArchive(files.archive))
        return { identity: job.process, ended: Promise.resolve({ code: null }) }
    }
    if (job.status === 'Stopping') {
      this.#enter(name, 'Stopped')
      return undefined
    }
    const attempts = this.#forgetProcess(name, files.begun)
    if (attempts >= 2) throw new TypeError('the training process was lost twice')
    await this.#download(name, request, directory)
    if (this.#shutdown.signal.aborted) return undefined
    const started = startTrainer(this.#options.trainer, directory)
    const before = this.#job(name)
    this.#jobs.put(name, { ...before, process: started.identity, attempts: attempts + 1 })
    started.begin()
    if (before.status === 'Stopping') endProcess(started.identity, this.#options.graceMillis)
    else this.#enter(name, 'Training')
    return started
  }

  /** An attempt that was never let begin is none. @returns how many there were */
  #forgetProcess(name: string, begun: string): number {
    const { process, ...job } = this.#job(name)
    if (process === undefined) return job.attempts
    const attempts = existsSync(begun) ? job.attempts : job.attempts - 1
    this.#jobs.put(name, { ...job, attempts })
    return attempts
  }

  async #download(name: string, request: TrainingRequest, directory: string): Promise<void> {
    this.#enter(name, 'Downloading')
    const image = request.AlgorithmSpecification.TrainingImage
    if (!builtInImage.test(image))
      throw new ClientError(`the local cloud trains with the built-in XGBoost image only, not with ${image}`)
    const files = jobFiles(directory)
    await rm(directory, { recursive: true, force: true })
    await mkdir(files.model, { recursive: true })
    await writeFile(files.hyperparameters, JSON.stringify(request.HyperParameters ?? {}))
    const { principal } = this.#cloud.credentials(request.RoleArn)
    for (const channel of request.InputDataConfig ?? []) {
      const { S3DataType: type, S3Uri: uri } = channel.DataSource.S3DataSource
      if (type !== 'S3Prefix')
        throw new ClientError(`channel ${channel.ChannelName}: ${type} is not read locally`)
      // The image takes LIBSVM where no content type is given; the stand-in reads CSV alone.
      if (!/^(text\/)?csv\b/.test(channel.ContentType ?? ''))
        throw new ClientError(`channel ${channel.ChannelName}: content type must be text/csv`)
      if (channel.ChannelName !== 'train' && channel.ChannelName !== 'validation')
        throw new ClientError(`channel ${channel.ChannelName}: the algorithm reads train and validation`)
      await downloadPrefix(this.#cloud, principal, uri, files[channel.ChannelName])
    }
  }

  /** Ends the process when the job's time is over, counted from the start of the first attempt. */
  #limit(name: string, { identity }: RunningProcess, { StoppingCondition: stop }: TrainingRequest) {
    const { trainingStartedAt = this.#cloud.now().toISOString() } = this.#job(name)
    const left =
      Date.parse(trainingStartedAt) + stop.MaxRuntimeInSeconds * 1_000 - this.#cloud.now().getTime()
    let passed = false
    const timer = setTimeout(
      () => {
        passed = true
        endProcess(identity, this.#options.graceMillis)
      },
      // Node turns a delay beyond 31 bits into 1 ms; the longest runtime that AWS allows (28 days) is longer.
      Math.min(Math.max(0, left), 2 ** 31 - 1),
    )
    timer.unref()
    return { timer, passed: () => passed }
  }

  async #finish(
    name: string,
    request: TrainingRequest,
    directory: string,
    { code }: Ending,
    overtime: boolean,
  ): Promise<void> {
    const files = jobFiles(directory)
    const whole = await hasWholeArchive(files.archive)
    const stopped = this.#job(name).status === 'Stopping'
    const succeeded = code === 0 || (code === null && whole)
    if (!succeeded && !stopped && !overtime) return this.#fail(name, await failureReason(files.failure, code))
    if (succeeded && !whole) return this.#fail(name, 'AlgorithmError: the trainer left no model')
    if (whole) {
      if (!stopped) this.#enter(name, 'Uploading')
      const target = `${request.OutputDataConfig.S3OutputPath.replace(/\/$/, '')}/${name}/output/model.tar.gz`
      await uploadFile(this.#cloud, this.#cloud.credentials(request.RoleArn).principal, files.archive, target)
      const metrics = await finalMetrics(files.metrics, this.#cloud.now())
      this.#jobs.put(name, { ...this.#job(name), artifacts: target, metrics })
    }
    this.#enter(name, stopped ? 'Stopped' : overtime && !succeeded ? 'MaxRuntimeExceeded' : 'Completed')
  }

  #fail(name: string, failureReason: string): void {
    this.#jobs.put(name, { ...this.#job(name), failureReason })
    this.#enter(name, 'Failed')
  }

  #enter(name: string, secondaryStatus: string): TrainingJob {
    const job = enter(this.#job(name), secondaryStatus, this.#cloud.now())
    // Told first: a crash in between repeats the step and its event, and loses neither.
    this.#cloud.emit({
      source: 'aws.sagemaker',
      detailType: 'SageMaker Training Job State Change',
      detail: trainingJobEvent(job),
      resources: [job.arn],
    })
    this.#jobs.put(name, job)
    this.#cloud.log(`sagemaker: training job ${name}: ${secondaryStatus}`)
    this.#options.changed?.()
    return job
  }

  #job(name: string): TrainingJob {
    const job = this.#jobs.get(name)
    if (job === undefined) throw new TypeError(`no training job ${name}`)
    return job
  }
}

/** A fault of the request, known only once the job runs. */
class ClientError extends Error {}

const reasonOf = (error: unknown) =>
  error instanceof ClientError
    ? `ClientError: ${error.message}`
    : `InternalServerError: ${error instanceof Error ? error.message : String(error)}`

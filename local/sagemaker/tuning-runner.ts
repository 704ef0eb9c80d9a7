/** Runs tuning jobs: real training jobs at proposed hyperparameters, side by side up to the limit, until all have ended. */
import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Cloud, Json } from '../service.ts'
import { fellBehind } from './median-rule.ts'
import { objectiveCurve } from './objective-curve.ts'
import { proposeHyperparameters, type Tried } from './propose-hyperparameters.ts'
import { hasEnded, type TrainingJob } from './training-job.ts'
import { bestTraining, objectiveOf, type TuningJob, type TuningJobs } from './tuning-job.ts'

const given = z.record(z.string(), z.string())

/** Between two looks at the training jobs, milliseconds. */
const lookEvery = 100

export class TuningRunner {
  readonly #cloud: Cloud
  readonly #jobs: TuningJobs
  readonly #training: (name: string) => TrainingJob | undefined
  readonly #curves = new Map<string, readonly number[]>()
  readonly #live = new Map<string, Promise<void>>()
  readonly #shutdown = new AbortController()

  constructor(cloud: Cloud, jobs: TuningJobs, training: (name: string) => TrainingJob | undefined) {
    this.#cloud = cloud
    this.#jobs = jobs
    this.#training = training
  }

  /** Goes on with what an earlier cloud left; training jobs that exist are not begun again. */
  resume(): void {
    for (const { name, status } of this.#jobs.values()) {
      if (status === 'InProgress' || status === 'Stopping') this.begin(name)
    }
  }

  begin(name: string): void {
    this.#live.set(
      name,
      this.#run(name)
        .catch((error: unknown) => {
          if (!this.#shutdown.signal.aborted) this.#end(name, 'Failed', String(error))
        })
        .finally(() => this.#live.delete(name)),
    )
  }

  async stopJob(name: string): Promise<void> {
    this.#change(name, { status: 'Stopping' })
    for (const training of this.trainings(this.#job(name))) {
      if (!hasEnded(training)) await this.#call('StopTrainingJob', { TrainingJobName: training.name })
    }
  }

  async shutdown(): Promise<void> {
    this.#shutdown.abort()
    await Promise.all(this.#live.values())
  }

  trainings(job: TuningJob): TrainingJob[] {
    return job.trainings.flatMap((name) => this.#training(name) ?? [])
  }

  async #run(name: string): Promise<void> {
    for (;;) {
      const job = this.#job(name)
      const limits = job.request.HyperParameterTuningJobConfig.ResourceLimits
      const running = this.trainings(job).filter((training) => !hasEnded(training)).length
      const left = job.status === 'Stopping' ? 0 : limits.MaxNumberOfTrainingJobs - job.trainings.length
      if (left <= 0 && running === 0) {
        this.#conclude(job)
        return
      }
      if (left > 0 && running < limits.MaxParallelTrainingJobs) await this.#train(job, job.trainings.length)
      else {
        await this.#stopThoseBehind(job)
        await this.#pause()
      }
    }
  }

  /** The name follows from the job and the number, so that a crash in between begins no second one. */
  async #train(job: TuningJob, index: number): Promise<void> {
    const digest = createHash('sha256').update(`${job.arn} ${index}`).digest('hex').slice(0, 8)
    const name = `${job.name}-${String(index + 1).padStart(3, '0')}-${digest}`
    if (this.#training(name) === undefined) {
      const { StaticHyperParameters, ...definition } = job.request.TrainingJobDefinition
      const { MetricName } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
      await this.#call('CreateTrainingJob', {
        ...definition,
        TrainingJobName: name,
        HyperParameters: {
          // As the built-in algorithm does in a tuning job: the objective is what it evaluates.
          eval_metric: MetricName.replace(/^[^:]+:/, ''),
          ...StaticHyperParameters,
          ...proposeHyperparameters(job.request, await this.#tried(job)),
        },
      })
    }
    this.#change(job.name, { trainings: [...this.#job(job.name).trainings, name] })
  }

  /** A training that was stopped has got as far as it has printed. */
  #tried(job: TuningJob): Promise<Tried[]> {
    return Promise.all(
      this.trainings(job).map(async (training) => ({
        hyperparameters: given.parse(training.request.HyperParameters ?? {}),
        objective:
          training.status === 'Stopped'
            ? (await this.#curve(job, training)).at(-1)
            : objectiveOf(job, training),
      })),
    )
  }

  async #stopThoseBehind(job: TuningJob): Promise<void> {
    const config = job.request.HyperParameterTuningJobConfig
    if (config.TrainingJobEarlyStoppingType !== 'Auto') return
    const direction = config.HyperParameterTuningJobObjective.Type === 'Maximize' ? 1 : -1
    const trainings = this.trainings(job)
    const completed = trainings.filter(({ status }) => status === 'Completed')
    const others = await Promise.all(completed.map((training) => this.#curve(job, training)))
    for (const { name, status } of trainings) {
      if (status !== 'InProgress') continue
      const training = this.#training(name)
      if (training === undefined || !fellBehind(await this.#curve(job, training), others, direction)) continue
      // It may have ended while its log was read.
      if (this.#training(name)?.status !== 'InProgress') continue
      this.#cloud.log(`sagemaker: training job ${name} is behind the median of those before it`)
      await this.#call('StopTrainingJob', { TrainingJobName: name })
    }
  }

  /** Of a training that is over it stays as it is. */
  async #curve(job: TuningJob, training: TrainingJob): Promise<readonly number[]> {
    const known = this.#curves.get(training.name)
    if (known !== undefined) return known
    const { MetricName } = job.request.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective
    const curve = await objectiveCurve(this.#cloud, training.name, MetricName)
    if (hasEnded(training)) this.#curves.set(training.name, curve)
    return curve
  }

  #conclude(job: TuningJob): void {
    if (job.status === 'Stopping') this.#end(job.name, 'Stopped')
    else if (bestTraining(job, this.trainings(job)) !== undefined) this.#end(job.name, 'Completed')
    else this.#end(job.name, 'Failed', 'No training job succeeded with the objective metric.')
  }

  #end(name: string, status: TuningJob['status'], failureReason?: string): void {
    this.#change(name, {
      status,
      endedAt: this.#cloud.now().toISOString(),
      ...(failureReason === undefined ? {} : { failureReason }),
    })
    this.#cloud.log(`sagemaker: tuning job ${name}: ${status}`)
  }

  /** SageMaker itself begins the training jobs; their data is read as the role that their definition names. */
  #call(action: string, input: Json): Promise<Json> {
    const { accountId, partition } = this.#cloud
    const principal = { arn: `arn:${partition}:iam::${accountId}:root`, accountId }
    return this.#cloud.call('sagemaker', action, input, principal)
  }

  #change(name: string, change: Partial<TuningJob>): void {
    this.#jobs.put(name, { ...this.#job(name), ...change, modifiedAt: this.#cloud.now().toISOString() })
  }

  #job(name: string): TuningJob {
    const job = this.#jobs.get(name)
    if (job === undefined) throw new TypeError(`no tuning job ${name}`)
    return job
  }

  #pause(): Promise<void> {
    const { signal } = this.#shutdown
    return new Promise((resolve, reject) => {
      const over = () => {
        clearTimeout(timer)
        reject(new Error('the cloud stops'))
      }
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', over)
        resolve()
      }, lookEvery)
      signal.addEventListener('abort', over, { once: true })
      if (signal.aborted) over()
    })
  }
}

/** `.sync`: starts a job, looks at it until it ends, and stops it when the state is given up. */
import { AwsError } from '../service.ts'
import { Interrupted, StateFailure } from './failure.ts'
import type { TaskCall } from './integrations.ts'
import { request } from './sdk-integration.ts'
import { callService } from './service-error.ts'
import { capitalised, jsonOutput } from './service-json.ts'

/** How a kind of job is started, watched, judged and stopped. */
export interface SyncJob {
  readonly service: string
  readonly create: string
  readonly describe: string
  readonly stop: string
  /** The parameter that names the job, and what the describe and stop calls take it by. */
  readonly name: string
  readonly identify: (parameters: Record<string, unknown>, call: TaskCall) => Record<string, unknown>
  readonly status: string
  readonly succeeded: readonly string[]
  readonly ended: readonly string[]
  readonly result: (description: Record<string, unknown>) => Record<string, unknown>
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function sageMakerJob(kind: string): SyncJob {
  const name = `${kind}JobName`
  return {
    service: 'sagemaker',
    create: `Create${kind}Job`,
    describe: `Describe${kind}Job`,
    stop: `Stop${kind}Job`,
    name,
    identify: (parameters) => ({ [name]: parameters[name] }),
    status: `${kind}JobStatus`,
    succeeded: ['Completed'],
    ended: ['Failed', 'Stopped'],
    result: (description) => description,
  }
}

function execution(parseOutput: boolean): SyncJob {
  return {
    service: 'states',
    create: 'StartExecution',
    describe: 'DescribeExecution',
    stop: 'StopExecution',
    name: 'Name',
    identify: (parameters) => ({
      executionArn: `${String(parameters.StateMachineArn).replace(':stateMachine:', ':execution:')}:${String(parameters.Name)}`,
    }),
    status: 'Status',
    succeeded: ['SUCCEEDED'],
    ended: ['FAILED', 'TIMED_OUT', 'ABORTED'],
    result: (description) =>
      parseOutput
        ? { ...description, Input: parsed(description.Input), Output: parsed(description.Output) }
        : description,
  }
}

const parsed = (value: unknown) => (typeof value === 'string' ? JSON.parse(value) : value)

/** `service:action.pattern` of every job that can be waited for. */
export const syncJobs: Readonly<Record<string, SyncJob>> = {
  'sagemaker:createTrainingJob.sync': sageMakerJob('Training'),
  'sagemaker:createTransformJob.sync': sageMakerJob('Transform'),
  'sagemaker:createHyperParameterTuningJob.sync': sageMakerJob('HyperParameterTuning'),
  'sagemaker:createProcessingJob.sync': sageMakerJob('Processing'),
  'states:startExecution.sync': execution(false),
  'states:startExecution.sync:2': execution(true),
}

/**
 * The description of the finished job.
 * @throws StateFailure States.TaskFailed with the description as cause when it failed or was stopped
 */
export async function runJob(call: TaskCall, job: SyncJob): Promise<unknown> {
  const parameters = await named(call, job)
  const identity = job.identify(parameters, call)
  try {
    await submit(call, job, parameters, identity)
    for (;;) {
      const seen = call.visit.run.services.changes()
      const description = await describe(call, job, identity)
      const status = String(description[job.status])
      if (job.succeeded.includes(status)) return job.result(description)
      if (job.ended.includes(status)) {
        throw new StateFailure('States.TaskFailed', JSON.stringify(description))
      }
      await call.visit.run.services.poll(call.signal, seen)
    }
  } catch (error) {
    if (call.signal.aborted && !isShutdown(call.signal.reason)) await abandon(call, job, identity)
    throw error
  }
}

/** An execution without a name gets one that is recorded, so that a restart finds what it started. */
async function named(call: TaskCall, job: SyncJob): Promise<Record<string, unknown>> {
  const parameters = isObject(call.parameters) ? call.parameters : {}
  if (job.service !== 'states') return parameters
  const name =
    parameters.Name ?? (await call.visit.once(`name:${call.attempt}`, async () => crypto.randomUUID()))
  const input = parameters.Input ?? {}
  return { ...parameters, Name: name, Input: typeof input === 'string' ? input : JSON.stringify(input) }
}

async function submit(
  call: TaskCall,
  job: SyncJob,
  parameters: Record<string, unknown>,
  identity: Record<string, unknown>,
): Promise<void> {
  const { visit, attempt, resource } = call
  if (visit.recall(`submitted:${attempt}`) !== undefined) return
  // An earlier process may have started the job and died before it could say so.
  const adopted = call.resumed ? await existing(call, job, identity) : undefined
  const output =
    adopted ?? (await request(call, job.service, job.create, tagged(parameters, job), 'milliseconds'))
  await visit.note(`submitted:${attempt}`, true, [
    {
      type: 'TaskSubmitted',
      details: {
        resourceType: resource.resourceType,
        resource: resource.resource,
        output: JSON.stringify(output),
        outputDetails: { truncated: false },
      },
    },
  ])
}

/** Step Functions marks the SageMaker jobs that it waits for. */
function tagged(parameters: Record<string, unknown>, { service }: SyncJob): Record<string, unknown> {
  if (service !== 'sagemaker') return parameters
  const tags: unknown[] = Array.isArray(parameters.Tags) ? parameters.Tags : []
  return { ...parameters, Tags: [...tags, { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' }] }
}

async function describe(
  call: TaskCall,
  job: SyncJob,
  identity: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const answer = jsonOutput(await callService(call, job.service, job.describe, identity), 'milliseconds')
  const description = job.service === 'states' ? capitalised(answer) : answer
  return isObject(description) ? description : {}
}

async function existing(
  call: TaskCall,
  job: SyncJob,
  identity: Record<string, unknown>,
): Promise<Record<string, unknown> | undefined> {
  const { run } = call.visit
  try {
    return await run.services.call(job.service, job.describe, identity, { roleArn: run.execution.roleArn })
  } catch (error) {
    if (error instanceof AwsError && error.status < 500 && error.code !== 'AccessDeniedException')
      return undefined
    throw error
  }
}

const isShutdown = (reason: unknown) => reason instanceof Interrupted && reason.kind === 'shutdown'

/** The state is over whether or not the job can be stopped; the log says when it could not. */
async function abandon(call: TaskCall, job: SyncJob, identity: Record<string, unknown>): Promise<void> {
  const { run } = call.visit
  await run.services
    .call(job.service, job.stop, identity, { roleArn: run.execution.roleArn })
    .catch((error: unknown) =>
      run.services.log(`could not stop the job of state ${call.visit.name}: ${String(error)}`),
    )
}

/**
 * The real state machines and doors in one process: definitions from statemachines/, handlers imported, S3, DynamoDB and
 * the model registry of the local cloud, the trainer called without a job's process. A run takes a fraction of a second.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Project, ProjectInput } from '../../functions/project.ts'
import { type Pipeline, pipelines } from '../../functions/starter/pipeline.ts'
import { planRun, type RunRequest } from '../../functions/starter/run-request.ts'
import type { TuningRequest } from '../../functions/training/tuning.ts'
import { Engine } from '../states/engine.ts'
import { doorsInProcess } from './doors-in-process.ts'
import { type Platform, startPlatform } from './platform.ts'
import { startingDefinition } from './starting-definition.ts'
import { trainingsInProcess } from './trainings-in-process.ts'

const bucket = 'regimen-dev-000000000000-us-east-1'

export interface Ended {
  readonly runId: string
  readonly runUri: string
  readonly status: string
  readonly output?: unknown
  readonly error?: string
  readonly cause?: string
  readonly trainingJobs: number
}

/** Name and version that the table goes by, and what is asked for beside a training on it. */
interface AskedTraining {
  readonly name: string
  readonly version: string
  readonly tuning?: TuningRequest
  readonly experiment?: string
}

export interface Rig {
  readonly platform: Platform
  /** Writes the definition where runs find it. */
  use(project: Project | ProjectInput): Promise<string>
  /** Puts a table into the project's inbox or datasets and names it. */
  put(key: string, text: string): Promise<string>
  train(project: Project, projectUri: string, tableUri: string, dataset?: AskedTraining): Promise<Ended>
  infer(project: Project, projectUri: string, tableUri: string): Promise<Ended>
  /** Imports an object or a prefix of the bucket as a version of a dataset. */
  importObject(project: Project, projectUri: string, uri: string, name: string): Promise<Ended>
  /** Looks at the windows of a project, as the rule at the end of a batch and the schedule do. */
  monitor(project: Project, projectUri: string): Promise<Ended>
  /** Runs to their ends what doors have started since this was last asked, and tells the platform how they ended. */
  settle(project: Project): Promise<readonly Ended[]>
  /** Calls a function by its name. @throws what its door throws */
  door(name: string, event: object): Promise<unknown>
  deploy(
    project: Project,
    projectUri: string,
    deployment: Partial<Extract<RunRequest, { pipeline: 'deployment' }>['deployment']> & { version: string },
  ): Promise<Ended>
  remove(uri: string): Promise<void>
  read(uri: string): Promise<string>
  json(uri: string): Promise<unknown>
  /** Everything that is kept beside the bucket and the table: histories, metrics, messages, events, logs. */
  traces(): string
  stop(): Promise<void>
}

export interface RigOptions {
  /** What executions and services take for the time. @default the clock */
  readonly now?: () => Date
}

export async function startRig({ now = () => new Date() }: RigOptions = {}): Promise<Rig> {
  // The tables of these tests are small: a second thread would only cost.
  process.env.DUCKDB_THREADS = '1'
  process.env.CODE = '0123456789ab'
  const platform = await startPlatform(now)
  const directory = mkdtempSync(join(tmpdir(), 'regimen-rig-'))
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3')
  const { getBytes, getJson, putBytes, putJson } = await import('../../functions/object-store.ts')
  await new S3Client({ forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: bucket }))
  const { functionEntries } = await import('../../infra/functions.ts')
  const doors = doorsInProcess(functionEntries)
  const trainings = trainingsInProcess(directory, join(platform.directory, 'sagemaker', 'logs'))

  const engine = await Engine.open({
    directory: join(directory, 'engine'),
    region: 'us-east-1',
    pollMilliseconds: 1,
    now,
    async call(service, action, input) {
      if (service === 'lambda') return await doors.invoke(input)
      if (action === 'CreateTrainingJob') return await trainings.create(input)
      if (action === 'DescribeTrainingJob') return trainings.describe(String(input.TrainingJobName))
      return await platform.call(service, action, input)
    },
  })

  interface Execution {
    readonly pipeline: Pipeline
    readonly runId: string
    readonly runUri: string
    readonly executionInput: unknown
  }
  const execute = async (project: Project, planned: Execution): Promise<Ended> => {
    const machineName = `regimen-dev-${project.id}-${planned.pipeline}`
    const arn = `arn:aws:states:us-east-1:000000000000:execution:${machineName}:${planned.runId}`
    const before = trainings.count()
    await engine.start({
      arn,
      name: planned.runId,
      machineArn: `arn:aws:states:us-east-1:000000000000:stateMachine:${machineName}`,
      machineName,
      roleArn: 'arn:aws:iam::000000000000:role/flow',
      input: planned.executionInput,
      definition: startingDefinition(planned.pipeline, project, bucket, Object.keys(functionEntries)),
    })
    const end = await engine.ended(arn)
    return {
      runId: planned.runId,
      runUri: planned.runUri,
      trainingJobs: trainings.count() - before,
      ...end,
    } as Ended
  }
  const run = (project: Project, projectUri: string, request: RunRequest): Promise<Ended> =>
    execute(project, planRun(request, projectUri, bucket))
  let asked = 0
  const whoever = ({ id }: Pick<Project, 'id'>) => ({
    project: id,
    requestedBy: 'arn:aws:iam::000000000000:user/test',
    idempotencyKey: `run ${asked++}`,
  })
  let settled = 0

  return {
    platform,
    async use(project) {
      const uri = `s3://${bucket}/${project.id}/project/${crypto.randomUUID()}.json`
      await putJson(uri, project)
      return uri
    },
    async put(key, text) {
      const uri = `s3://${bucket}/${key}`
      await putBytes(uri, text)
      return uri
    },
    train: (
      project,
      projectUri,
      uri,
      { name, version, ...more }: AskedTraining = { name: 'table', version: '0123456789abcdef' },
    ) =>
      run(project, projectUri, {
        pipeline: 'training',
        ...whoever(project),
        training: { dataset: { name, version, uri }, ...more },
      }),
    infer: (project, projectUri, inputUri) =>
      run(project, projectUri, {
        pipeline: 'inference',
        ...whoever(project),
        inference: { inputUri },
      }),
    importObject: (project, projectUri, uri, name) =>
      run(project, projectUri, {
        pipeline: 'dataset-import',
        ...whoever(project),
        import: { name, source: { kind: 'object', uri } },
      }),
    monitor: (project, projectUri) =>
      run(project, projectUri, {
        pipeline: 'monitoring',
        ...whoever(project),
      }),
    deploy: (project, projectUri, deployment) =>
      run(project, projectUri, {
        pipeline: 'deployment',
        ...whoever(project),
        deployment: { strategy: 'canary', watchSeconds: 0, reason: 'test', ...deployment },
      }),
    async settle(project) {
      const ends: Ended[] = []
      for (const [runId, text] of [...platform.executions].slice(settled)) {
        const machine = platform.machines[settled++] ?? ''
        const pipeline = pipelines.find((each) => machine.endsWith(`-${project.id}-${each}`))
        if (pipeline === undefined) continue
        const executionInput = JSON.parse(text) as { runUri: string }
        const ended = await execute(project, {
          pipeline,
          runId,
          runUri: executionInput.runUri,
          executionInput,
        })
        await doors.call('record-outcome', endEvent(machine, ended, now()))
        ends.push(ended)
      }
      return ends
    },
    door: doors.call,
    async remove(uri) {
      const { DeleteObjectCommand } = await import('@aws-sdk/client-s3')
      const Key = uri.slice(`s3://${bucket}/`.length)
      await new S3Client({ forcePathStyle: true }).send(new DeleteObjectCommand({ Bucket: bucket, Key }))
    },
    read: async (uri) => (await getBytes({ uri })).toString('utf8'),
    json: getJson,
    traces: () =>
      [join(directory, 'engine'), platform.directory]
        .flatMap((root) =>
          readdirSync(root, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && !/[/]s3([/]|$)|[/]dynamodb([/]|$)/.test(entry.parentPath))
            .map((entry) => join(entry.parentPath, entry.name)),
        )
        .map((file) => `${file}\n${readFileSync(file, 'utf8')}`)
        .join('\n'),
    async stop() {
      await engine.close()
      await platform.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** EventBridge's "Step Functions Execution Status Change". */
const endEvent = (stateMachineArn: string, { runId, status, error }: Ended, at: Date) => ({
  detail: {
    executionArn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${runId}`,
    stateMachineArn,
    name: runId,
    status,
    startDate: at.getTime(),
    stopDate: at.getTime(),
    error: error ?? null,
  },
})

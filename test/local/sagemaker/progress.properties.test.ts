import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as z from 'zod'
import { readStepMetrics } from '../../../functions/experiments/step-metrics.ts'
import { trainingLogGroup } from '../../../functions/experiments/training-log-group.ts'
import { logsService } from '../../../local/logs/service.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { eventually, fakeCloud, memoryS3 } from '../fake-cloud.ts'

const trainer = fileURLToPath(new URL('./scripted-trainer.ts', import.meta.url))
const service = sagemakerService({ trainer, graceMillis: 200, concurrency: 5 })
const table = new Map<string, Uint8Array>([['b/p/train/csv/part-00000.csv', Buffer.from('1,2\n')]])
const cloud = fakeCloud([service, logsService(), memoryS3(table)])
let gates = ''
beforeAll(() => {
  gates = mkdtempSync(join(tmpdir(), 'regimen-gates-'))
})
afterAll(async () => {
  await service.stop?.()
  rmSync(gates, { recursive: true, force: true })
})

const jobRequest = (name: string, hyperparameters: Readonly<Record<string, string>>) => ({
  TrainingJobName: name,
  RoleArn: 'arn:aws:iam::000000000000:role/training',
  AlgorithmSpecification: {
    TrainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
    TrainingInputMode: 'File',
  },
  HyperParameters: hyperparameters,
  InputDataConfig: [
    {
      ChannelName: 'train',
      ContentType: 'text/csv',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://b/p/train/csv/' } },
    },
  ],
  OutputDataConfig: { S3OutputPath: 's3://b/p/model' },
  ResourceConfig: { InstanceType: 'ml.m5.xlarge', InstanceCount: 1, VolumeSizeInGB: 10 },
  StoppingCondition: { MaxRuntimeInSeconds: 600 },
})

const logOf = z.object({ events: z.array(z.object({ message: z.string() })) })
async function linesOf(name: string): Promise<string[]> {
  const asked = { logGroupName: trainingLogGroup, logStreamNamePrefix: `${name}/` }
  const { events } = logOf.parse(await cloud.ask('logs', 'FilterLogEvents', asked))
  return events.map(({ message }) => message)
}
const statusOf = async (name: string) =>
  (await cloud.ask('sagemaker', 'DescribeTrainingJob', { TrainingJobName: name })).TrainingJobStatus

const metric = fc.double({ min: 0, max: 10, noNaN: true }).map((value) => value.toFixed(5))
const curve = fc.array(fc.record({ train: metric, validation: metric }), { minLength: 1, maxLength: 40 })
const lineOf = ({ train, validation }: { train: string; validation: string }, round: number) =>
  `[${round}]\ttrain-auc:${train}\tvalidation-auc:${validation}`

interface Training {
  readonly values: readonly { readonly train: string; readonly validation: string }[]
  readonly cut: number
}
let jobs = 0

async function watch({ values, cut }: Training): Promise<void> {
  const name = `job-${jobs++}`
  const at = 1 + (cut % values.length)
  const lines = values.map(lineOf)
  const gate = join(gates, name)
  const hyperparameters = { script: 'print', log: gate, printed: JSON.stringify({ lines, at }) }
  await cloud.ask('sagemaker', 'CreateTrainingJob', jobRequest(name, hyperparameters))
  const during = await eventually(`${at} rounds of ${name}`, async () => {
    const read = await linesOf(name)
    return read.length >= at ? read : undefined
  })
  expect(during).toEqual(lines.slice(0, at))
  expect(await statusOf(name)).toBe('InProgress')
  const { steps, series } = readStepMetrics(during)
  expect(steps).toEqual(Array.from({ length: at }, (_, step) => step))
  expect(series['validation-auc']).toEqual(values.slice(0, at).map(({ validation }) => Number(validation)))
  writeFileSync(gate, '')
  await eventually(`the end of ${name}`, async () =>
    (await statusOf(name)) === 'Completed' ? true : undefined,
  )
  expect(await linesOf(name)).toEqual(lines)
}

/** Processes take their time: 100 trainings, five at once, which also keeps the log of one from another's. */
const sideBySide = 5

// Feature: mlops-platform, Property 12: Real-time metrics publishing
test('of any training, every round that was printed is to be read before the job is over, and all of them after', async () => {
  const trainings = fc.array(fc.record({ values: curve, cut: fc.nat() }), {
    minLength: sideBySide,
    maxLength: sideBySide,
  })
  await fc.assert(
    fc.asyncProperty(trainings, async (drawn) => void (await Promise.all(drawn.map(watch)))),
    { numRuns: 100 / sideBySide },
  )
}, 120_000)

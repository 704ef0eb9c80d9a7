import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { logsService } from '../../../local/logs/service.ts'
import { fellBehind, isBehindMedian } from '../../../local/sagemaker/median-rule.ts'
import { sagemakerService } from '../../../local/sagemaker/service.ts'
import { eventually, fakeCloud, memoryS3 } from '../fake-cloud.ts'

const flat = (value: number, rounds = 10) => Array.from({ length: rounds }, () => value)

describe('the median rule', () => {
  test('compares the value now with the median of the averages up to the same round', () => {
    // Averages of the first five rounds: 0.5, 0.6 and 0.7; later rounds do not count.
    const others = [[0.3, 0.4, 0.5, 0.6, 0.7, 0.99], flat(0.6, 5), flat(0.7)]
    expect(isBehindMedian([0, 0, 0, 0, 0.59], others, 1)).toBe(true)
    expect(isBehindMedian([0, 0, 0, 0, 0.61], others, 1)).toBe(false)
    expect(isBehindMedian([0, 0, 0, 0, 0.61], others, -1)).toBe(true)
    expect(isBehindMedian([9, 9, 9, 9, 0.59], others, -1)).toBe(false)
  })

  test('does not judge early rounds, nor by two others, nor by those that printed nothing', () => {
    const others = [flat(0.5), flat(0.6), flat(0.7)]
    expect(isBehindMedian(flat(0, 4), others, 1)).toBe(false)
    expect(isBehindMedian(flat(0, 5), others.slice(1), 1)).toBe(false)
    expect(isBehindMedian(flat(0, 5), [...others.slice(1), []], 1)).toBe(false)
    expect(isBehindMedian([], others, 1)).toBe(false)
    expect(isBehindMedian(flat(0, 5), others, 1)).toBe(true)
  })

  test('counts what ended before with the rounds that it had, and of an even number takes the middle of two', () => {
    const four = [flat(0.5, 2), flat(0.6), flat(0.7), flat(0.8)]
    expect(isBehindMedian(flat(0.649, 6), four, 1)).toBe(true)
    expect(isBehindMedian(flat(0.651, 6), four, 1)).toBe(false)
  })

  const curves = fc.array(fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 12 }), {
    maxLength: 8,
  })

  test('stops nothing that is best in every round, and is the same upside down and in any order', () => {
    fc.assert(
      fc.property(
        curves,
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 12 }),
        (others, curve) => {
          const best = curve.map(() => 1)
          expect(fellBehind(best, others, 1)).toBe(false)
          const turned = (values: readonly number[]) => values.map((value) => -value)
          const behind = fellBehind(curve, others, 1)
          expect(fellBehind(turned(curve), others.map(turned), -1)).toBe(behind)
          expect(fellBehind(curve, others.toReversed(), 1)).toBe(behind)
        },
      ),
      { numRuns: 500 },
    )
  })

  test('remembers a round that nobody looked at', () => {
    const others = [flat(0.5), flat(0.6), flat(0.7)]
    const recovered = [...flat(0.4, 5), 0.9]
    expect(isBehindMedian(recovered, others, 1)).toBe(false)
    expect(fellBehind(recovered, others, 1)).toBe(true)
  })
})

describe('a tuning job with early stopping', () => {
  const trainer = fileURLToPath(new URL('./scripted-trainer.ts', import.meta.url))
  const service = sagemakerService({ trainer, graceMillis: 200 })
  const table = new Map<string, Uint8Array>([['b/p/train/csv/part-00000.csv', Buffer.from('1,2\n')]])
  const cloud = fakeCloud([service, logsService(), memoryS3(table)])
  let directory = ''
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'regimen-early-'))
  })
  afterAll(async () => {
    await service.stop?.()
    rmSync(directory, { recursive: true, force: true })
  })

  test('stops each training that is behind those that completed before it, and no other', async () => {
    const HyperParameterTuningJobName = 'early'
    await cloud.ask('sagemaker', 'CreateHyperParameterTuningJob', {
      HyperParameterTuningJobName,
      HyperParameterTuningJobConfig: {
        Strategy: 'Random',
        HyperParameterTuningJobObjective: { Type: 'Maximize', MetricName: 'validation:auc' },
        ResourceLimits: { MaxNumberOfTrainingJobs: 12, MaxParallelTrainingJobs: 1 },
        ParameterRanges: {
          ContinuousParameterRanges: [{ Name: 'x', MinValue: '0.5', MaxValue: '1' }],
        },
        TrainingJobEarlyStoppingType: 'Auto',
        RandomSeed: 1,
      },
      TrainingJobDefinition: {
        // A training that is behind ends only when it is stopped.
        StaticHyperParameters: { script: 'constant', log: join(directory, 'completed') },
        AlgorithmSpecification: {
          TrainingImage: '000000000000.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.0-5',
          TrainingInputMode: 'File',
        },
        RoleArn: 'arn:aws:iam::000000000000:role/training',
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
      },
    })
    const asked = { HyperParameterTuningJobName }
    const ended = await eventually('the tuning job ends', async () => {
      const job = await cloud.ask('sagemaker', 'DescribeHyperParameterTuningJob', asked)
      return job.HyperParameterTuningJobStatus === 'InProgress' ? undefined : job
    })
    expect(ended.HyperParameterTuningJobStatus).toBe('Completed')
    const { TrainingJobSummaries: summaries } = (await cloud.ask(
      'sagemaker',
      'ListTrainingJobsForHyperParameterTuningJob',
      { ...asked, MaxResults: 100, SortBy: 'CreationTime', SortOrder: 'Ascending' },
    )) as { TrainingJobSummaries: { TrainingJobStatus: string; TunedHyperParameters: { x: string } }[] }
    expect(summaries).toHaveLength(12)
    const completed: number[] = []
    const expected = summaries.map(({ TunedHyperParameters: { x } }) => {
      const behind = isBehindMedian(
        flat(Number(x), 6),
        completed.map((value) => flat(value, 6)),
        1,
      )
      if (!behind) completed.push(Number(x))
      return behind ? 'Stopped' : 'Completed'
    })
    expect(summaries.map(({ TrainingJobStatus }) => TrainingJobStatus)).toEqual(expected)
    expect(new Set(expected).size).toBe(2)
    expect(ended.TrainingJobStatusCounters).toMatchObject({ Completed: completed.length, InProgress: 0 })
  }, 60_000)
})

/** Training jobs that are over when they are created: channels from the bucket, the trainer in this process, model and log left behind. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { archiveModel } from '../training/archive-model.ts'
import { boost } from '../training/boost.ts'

const request = z.looseObject({
  TrainingJobName: z.string(),
  HyperParameters: z.record(z.string(), z.string()),
  InputDataConfig: z.array(
    z.looseObject({
      ChannelName: z.string(),
      DataSource: z.object({ S3DataSource: z.looseObject({ S3Uri: z.string() }) }),
    }),
  ),
  OutputDataConfig: z.looseObject({ S3OutputPath: z.string() }),
})
type Request = z.output<typeof request>

export interface TrainingsInProcess {
  /** SageMaker's CreateTrainingJob. */
  create(input: Record<string, unknown>): Promise<Record<string, unknown>>
  /** SageMaker's DescribeTrainingJob. */
  describe(name: string): Record<string, unknown>
  count(): number
}

/**
 * @param directory for its own files
 * @param logs where the service keeps what jobs say
 */
export function trainingsInProcess(directory: string, logs: string): TrainingsInProcess {
  const jobs = new Map<string, Record<string, unknown>>()
  return {
    async create(input) {
      const asked = request.parse(input)
      const { putBytes } = await import('../../functions/object-store.ts')
      const { TrainingJobName: name } = asked
      const said: string[] = []
      const { model } = await boost({
        train: await channel(directory, asked, 'train'),
        validation: await channel(directory, asked, 'validation'),
        hyperparameters: asked.HyperParameters,
        threads: 1,
        onRound: (line) => said.push(`${line}\n`),
      })
      mkdirSync(logs, { recursive: true })
      writeFileSync(join(logs, `${name}.log`), said.join(''))
      const uri = `${asked.OutputDataConfig.S3OutputPath}/${name}/output/model.tar.gz`
      // Jobs at the same time share no file.
      const own = join(directory, name)
      mkdirSync(own, { recursive: true })
      await putBytes(uri, readFileSync(await archiveModel(model, own)))
      jobs.set(name, {
        TrainingJobName: name,
        TrainingJobStatus: 'Completed',
        AlgorithmSpecification: asked.AlgorithmSpecification,
        ModelArtifacts: { S3ModelArtifacts: uri },
        TrainingTimeInSeconds: 1,
      })
      return { TrainingJobArn: `arn:aws:sagemaker:us-east-1:000000000000:training-job/${name}` }
    },
    describe: (name) => jobs.get(name) ?? {},
    count: () => jobs.size,
  }
}

/** Files of a channel, brought here. */
async function channel(directory: string, asked: Request, name: string): Promise<string[]> {
  const { download, list } = await import('../../functions/object-store.ts')
  const found = asked.InputDataConfig.find(({ ChannelName }) => ChannelName === name)
  const files: string[] = []
  for (const { uri } of await list(found?.DataSource.S3DataSource.S3Uri ?? '')) {
    const file = join(directory, `${asked.TrainingJobName}-${name}-${files.length}.csv`)
    await download({ uri }, file)
    files.push(file)
  }
  return files
}

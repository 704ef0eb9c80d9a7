/** A training run as an experiment: what it was asked, with what, and what came of it. */
import * as z from 'zod'

const texts = z.record(z.string(), z.string())

export const mlflowState = z.object({
  sent: z.boolean(),
  mlflowRunId: z.string().optional(),
  modelSent: z.boolean().optional(),
  /** Name of the error, where it was not sent. */
  reason: z.string().optional(),
})
export type MlflowState = z.output<typeof mlflowState>

/** What the record of a run tells of a training, whether it runs, failed or was registered. */
export const experimentRunSchema = z.object({
  runId: z.string(),
  project: z.string(),
  /** The run that searched, of which this one is a trial. */
  parentRun: z.string().optional(),
  /** @default the project itself */
  experiment: z.string().optional(),
  status: z.string(),
  requestedBy: z.string(),
  startedAt: z.string(),
  stoppedAt: z.string().optional(),
  error: z.string().optional(),
  environment: z.string().optional(),
  /** Names the program and the bundles that ran. */
  code: z.string().optional(),
  datasetName: z.string().optional(),
  datasetVersion: z.string().optional(),
  algorithm: z.string().optional(),
  engine: z.string().optional(),
  trainingJobName: z.string().optional(),
  /** Set by the gate. */
  gate: z.enum(['passed', 'refused']).optional(),
  runUri: z.string().optional(),
  /** Hyperparameters as the job was given them, defaults included. */
  params: texts.default({}),
  /** Of the test side, by the names of the evaluation. */
  metrics: z.record(z.string(), z.number()).default({}),
  tags: texts.default({}),
  /** What the run left in the bucket, by name. */
  artifacts: texts.default({}),
  /** Whether the run was sent to an MLflow server; absent where none was asked for. */
  mlflow: mlflowState.optional(),
})
export type ExperimentRun = z.output<typeof experimentRunSchema>

/** What the state machine adds to the record while the run goes on; each call adds, none takes away. */
export const recordedFacts = experimentRunSchema
  .pick({
    datasetName: true,
    datasetVersion: true,
    algorithm: true,
    engine: true,
    trainingJobName: true,
    gate: true,
  })
  .extend({
    params: texts.optional(),
    metrics: z.record(z.string(), z.number()).optional(),
    artifacts: texts.optional(),
  })
export type RecordedFacts = z.output<typeof recordedFacts>

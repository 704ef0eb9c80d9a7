/**
 * The stages in the order in which data flows through them, and the contract between each two: what a stage's door
 * takes and what it answers. State input and output hold URIs, counts and small summaries, never rows.
 */
import * as z from 'zod'
import { datasetName, importSource, placedDataset } from './dataset/import-source.ts'
import { part } from './dataset/part.ts'
import { sides } from './layout.ts'
import { tuningPlan, tuningRequest } from './training/tuning.ts'

export const stages = [
  'dataset',
  'profile',
  'features',
  'training',
  'evaluation',
  'registry',
  'deployment',
  'scoring',
  'drift',
  'alarm',
] as const
export type Stage = (typeof stages)[number]

/** Raised when a payload changes shape; a door refuses one that it does not know. */
export const contractVersion = 1

const uri = z.string().startsWith('s3://')
const count = z.int().min(0)
/** Whether predictions are explained. @default null: as the project says */
const explanations = z.boolean().nullable().default(null)

/** What every door of a run receives. */
export const runContext = z.object({
  contract: z.literal(contractVersion).default(contractVersion),
  runId: z.string().regex(/^[a-z0-9]{16}$/),
  /** Content-addressed project definition (JSON of `Project`), so that a deployment never changes a running execution. */
  projectUri: uri,
  /** `s3://<bucket>/<project>/runs/<runId>` or `…/inference/<runId>`. */
  runUri: uri,
})
export type RunContext = z.output<typeof runContext>

export const purpose = z.enum(['training', 'inference', 'catalogue'])
export type Purpose = z.output<typeof purpose>

/** Share of entities (by hash, in 1/10,000) that a run leaves out: a rehearsal keeps them as "later" batches. */
const holdout = z.number().min(0).max(0.9).default(0)

/** What a profile says of a table as a whole. */
const qualityVerdict = z.object({ passed: z.boolean(), summary: z.string() })

/** What is asked of an import beside where the data come from. */
const importRequest = runContext.extend({
  project: z.string(),
  name: datasetName,
  description: z.string().max(500).default(''),
  requestedBy: z.string(),
})

export const contracts = {
  fetchDataset: {
    input: importRequest.extend({ source: importSource }),
    output: placedDataset,
  },
  reportDataset: {
    input: importRequest.extend({
      dataset: placedDataset,
      profileUri: uri,
      quality: qualityVerdict,
      startedAt: z.iso.datetime(),
    }),
    output: z.object({ reportUri: uri }),
  },
  registerDataset: {
    input: importRequest.extend({
      dataset: placedDataset,
      planUri: uri,
      profileUri: uri,
      reportUri: uri,
      quality: qualityVerdict,
      createdAt: z.iso.datetime(),
    }),
    output: z.object({
      name: z.string(),
      version: z.string(),
      rows: count,
      columns: count,
      uri,
      status: z.enum(['pending', 'approved', 'rejected']),
      /** true: the same content was registered before, and stays as it was. */
      existed: z.boolean(),
      quality: qualityVerdict,
      profileUri: uri,
      reportUri: uri,
    }),
  },
  planParts: {
    input: runContext.extend({ purpose, sourceUri: uri, partBytes: z.int().min(1_024) }),
    output: z.object({ planUri: uri, parts: count, bytes: count }),
  },
  profilePart: {
    input: runContext.extend({ purpose, part, holdout, seed: z.int(), baselineUri: uri.optional() }),
    output: z.object({ index: count, rows: count }),
  },
  mergeProfile: {
    /** `previousUri`: the profile of the version before, which rows and missing shares are compared with. */
    input: runContext.extend({
      purpose,
      parts: count,
      baselineUri: uri.optional(),
      previousUri: uri.optional(),
    }),
    /** `quality.passed` false means: stop before any job is paid for; `summary` says why without a value of a row. */
    output: z.object({
      profileUri: uri,
      rows: count,
      quality: z.object({ passed: z.boolean(), summary: z.string() }),
    }),
  },
  fitEncoder: {
    input: runContext.extend({ profileUri: uri }),
    output: z.object({ encoderUri: uri, encodedColumns: count }),
  },
  transformPart: {
    input: runContext.extend({ part, holdout, seed: z.int(), encoderUri: uri }),
    output: z.object({
      index: count,
      rows: z.object({ train: count, validation: count, calibration: count, test: count }),
      positives: z.object({ train: count, validation: count, calibration: count, test: count }),
      unlabelled: count,
    }),
  },
  planTraining: {
    input: runContext.extend({
      rows: z.record(z.enum(sides), count),
      positives: z.record(z.enum(sides), count),
      hyperparameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
      algorithm: z.enum(['xgboost', 'random-forest', 'logistic-regression']).optional(),
      tuning: tuningRequest.optional(),
    }),
    /** Hyperparameters as the built-in algorithm takes them: strings. */
    output: z.object({
      hyperparameters: z.record(z.string(), z.string()),
      instanceType: z.string(),
      maxRuntimeSeconds: z.int(),
      /** A search for better ones; null for a training at these. */
      tuning: tuningPlan.nullable(),
    }),
  },
  evaluatePart: {
    input: runContext.extend({
      index: count,
      encoderUri: uri,
      modelUri: uri,
      champion: z.object({ modelUri: uri, encoderUri: uri }).optional(),
    }),
    output: z.object({ index: count, rows: count }),
  },
  mergeEvaluation: {
    input: runContext.extend({
      parts: count,
      encoderUri: uri,
      modelUri: uri,
      engine: z.string(),
      championEngine: z.string().optional(),
    }),
    output: z.object({
      evaluationUri: uri,
      decisionUri: uri,
      metrics: z.record(z.string(), z.number()),
      gate: z.object({ passed: z.boolean(), summary: z.string() }),
    }),
  },
  scorePart: {
    input: runContext.extend({
      part,
      model: z.object({ modelVersion: z.string(), modelUri: uri, encoderUri: uri, decisionUri: uri }),
      severeDrift: z.boolean(),
      fallback: z.boolean().default(false),
      explanations,
      timestamp: z.iso.datetime(),
    }),
    output: z.object({
      index: count,
      rows: count,
      predictions: count,
      lowConfidence: count,
      sumPrediction: z.number(),
      flagged: count,
    }),
  },
  detectDrift: {
    input: runContext.extend({
      profileUri: uri,
      baselineUri: uri,
      evaluationUri: uri,
      modelVersion: z.string(),
      startedAt: z.iso.datetime(),
    }),
    output: z.object({
      driftUri: uri,
      driftScore: z.number(),
      weightedDriftScore: z.number(),
      drifted: z.array(z.string()),
      alarm: z.boolean(),
      severe: z.boolean(),
      metricsPublished: z.boolean(),
    }),
  },
  comparePredictions: {
    input: runContext.extend({
      driftUri: uri,
      evaluationUri: uri,
      modelVersion: z.string(),
      parts: count,
      startedAt: z.iso.datetime(),
    }),
    /** null: too little data to say. */
    output: z.object({
      driftUri: uri,
      predictionsDrifted: z.boolean().nullable(),
      estimatedRocAuc: z.number().nullable(),
      alarm: z.boolean(),
      metricsPublished: z.boolean(),
    }),
  },
  joinLabels: {
    input: z.object({
      contract: z.literal(contractVersion).default(contractVersion),
      /** The inference run whose predictions the labels judge. */
      runUri: uri,
      /** CSV with the columns `example_key` and `label`. */
      labelsUri: uri,
      /** @default now */
      receivedAt: z.iso.datetime().optional(),
    }),
    /** null: too few labels to say. */
    output: z.object({
      performanceUri: uri,
      status: z.enum(['complete', 'partial', 'insufficient-data']),
      predictions: count,
      labelled: count,
      coverage: z.number(),
      metric: z.string().nullable(),
      value: z.number().nullable(),
      reference: z.number().nullable(),
      worse: z.boolean().nullable(),
      reason: z.string(),
      metricsPublished: z.boolean(),
    }),
  },
  writeReport: {
    input: z.discriminatedUnion('purpose', [
      runContext.extend({
        purpose: z.literal('training'),
        project: z.string(),
        planUri: uri,
        profileUri: uri,
        evaluationUri: uri,
        decisionUri: uri,
        encoderUri: uri,
        rows: z.record(z.enum(sides), count),
        dataset: z.object({ name: z.string(), version: z.string(), uri }),
        job: z.object({ name: z.string(), modelUri: uri, seconds: z.number() }),
        hyperparameters: z.record(z.string(), z.string()),
        engine: z.string(),
        requestedBy: z.string(),
        startedAt: z.iso.datetime(),
        /** Absent when the gate refused the model. */
        modelVersion: z.string().optional(),
      }),
      runContext.extend({
        purpose: z.literal('inference'),
        project: z.string(),
        planUri: uri,
        profileUri: uri,
        baselineUri: uri,
        driftUri: uri,
        evaluationUri: uri,
        modelVersion: z.string(),
        parts: count,
        scores: z.object({
          rows: count,
          predictions: count,
          lowConfidence: count,
          flagged: count,
          meanPrediction: z.number(),
        }),
        fellBack: z.boolean(),
        explanations,
        inputUri: uri,
        requestedBy: z.string(),
        startedAt: z.iso.datetime(),
      }),
    ]),
    output: z.object({ reportUri: uri, manifestUri: uri }),
  },
} as const

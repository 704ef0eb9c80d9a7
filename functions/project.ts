/** What a use case is: one value, validated here, that every stage reads and nothing else needs to know. */
import * as z from 'zod'
import { brokenRule } from './broken-rule.ts'
import { isNumeric } from './dataset/typed-columns.ts'
import { RegimenError } from './errors.ts'
import { monitoringRule } from './monitoring/monitoring-rule.ts'

const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, 'a name of letters, digits, _ and -')
const share = z.number().min(0).max(1)

/** How a column of the source table must look. `identifier` columns are never features and never drift. */
export const columnSchema = z
  .strictObject({
    name: z.string().min(1),
    type: z.enum(['identifier', 'category', 'integer', 'number', 'boolean', 'timestamp', 'text']),
    nullable: z.boolean().default(false),
    /** Inclusive bounds of a numeric column. */
    min: z.number().optional(),
    max: z.number().optional(),
    /** The closed set of levels of a category; absent means any level. */
    levels: z.array(z.string()).min(1).optional(),
    /** Known only later: may be absent from a batch that is to be scored, must be present in training data. */
    outcome: z.boolean().default(false),
    /** Class of the content for privacy: a direct identifier, a quasi-identifier, or neither. */
    phi: z.enum(['none', 'quasi', 'direct']).default('none'),
    /** Somebody looked at a column that seems to hold an identifier, and its class stands as it is. */
    phiReviewed: z.boolean().default(false),
    description: z.string().default(''),
  })
  .refine((column) => column.levels === undefined || column.type === 'category', {
    message: 'levels are for columns of type category',
  })
  .refine(({ type, min, max }) => (min ?? max) === undefined || isNumeric(type), {
    message: 'bounds are for columns of type integer or number',
  })
  .refine(({ min, max }) => min === undefined || max === undefined || min <= max, {
    message: 'the least bound is above the greatest',
  })

/** One column of `features.sql`, and how it becomes numbers. */
export const featureSchema = z.strictObject({
  name: identifier,
  /** numeric: as is, missing = NaN. category: one-hot up to `oneHotLimit` levels, frequency beyond. ordinal: position in `levels`. */
  kind: z.enum(['numeric', 'category', 'ordinal']),
  /** The order of an ordinal's levels. */
  levels: z.array(z.string()).min(2).optional(),
  /** The columns of the source table that it is computed from: carries importance back to drift. */
  from: z.array(z.string()).min(1),
  /** What a reader of a prediction sees: `visits in the year before`. */
  label: z.string(),
  /** A sentence with `{value}`; the direction is added by the platform. */
  sentence: z.string().optional(),
})

/** `error` stops registration and training; `warning` is told in the profile and its report. */
const severity = z.enum(['error', 'warning']).default('error')
const sourceColumn = z.string().min(1)
/** Share of the rows that may break the rule. */
const tolerated = share.default(0)

/** What a table must be beyond its schema contract. Rules are judged on the merged profile, so that they scale. */
const qualityRuleSchema = z.discriminatedUnion('rule', [
  /** Cells are readable as their column's type. @default columns all */
  z.strictObject({
    rule: z.literal('schema'),
    severity,
    columns: z.array(sourceColumn).optional(),
    maxShare: tolerated,
  }),
  /** Inclusive bounds, narrower than the contract's. */
  z.strictObject({
    rule: z.literal('range'),
    severity,
    column: sourceColumn,
    min: z.number().optional(),
    max: z.number().optional(),
    maxShare: tolerated,
  }),
  z.strictObject({
    rule: z.literal('levels'),
    severity,
    column: sourceColumn,
    levels: z.array(z.string()).min(1),
    maxShare: tolerated,
  }),
  /** Share of the rows that have a value. */
  z.strictObject({ rule: z.literal('completeness'), severity, column: sourceColumn, minShare: share }),
  /** The columns together name a row. */
  z.strictObject({
    rule: z.literal('uniqueness'),
    severity,
    columns: z.array(sourceColumn).min(1),
    maxShare: tolerated,
  }),
  /** The newest value of a timestamp column is at most so old. */
  z.strictObject({
    rule: z.literal('freshness'),
    severity,
    column: sourceColumn,
    maxAgeDays: z.number().positive(),
  }),
  /** Rows against the version before: 0.2 allows a fifth fewer, or a fifth more. */
  z.strictObject({
    rule: z.literal('row-count'),
    severity,
    maxFall: share.default(0.5),
    maxRise: z.number().min(0).default(1),
  }),
])
export type QualityRule = z.output<typeof qualityRuleSchema>

const gateSchema = z.strictObject({
  metric: z.enum([
    'rocAuc',
    'prAucLift',
    'brier',
    'expectedCalibrationError',
    'recall',
    'precision',
    'rmse',
    'mae',
    'r2',
  ]),
  min: z.number().optional(),
  max: z.number().optional(),
})

export const projectSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,19}$/, '2 to 20 characters a-z, 0-9 and -, first a letter'),
    title: z.string(),
    description: z.string().default(''),
    task: z.enum(['binary-classification', 'regression', 'text-classification']),
    source: z.strictObject({
      columns: z.array(columnSchema).min(1),
      /** Cell texts that mean "missing", beside the empty cell. */
      nullTokens: z.array(z.string()).default([]),
      /** A column that the contract does not know may be one that was renamed, or one that examples should be made of. */
      extraColumns: z.enum(['refuse', 'ignore']).default('refuse'),
      attribution: z.string().default(''),
      licence: z.string().default(''),
    }),
    /** Source column whose rows must stay on one side of a split. */
    entityKey: z.string(),
    /** Source column with the time of the event, if the table has one. */
    eventTime: z.string().optional(),
    /**
     * DuckDB SELECT over the view `raw` (the typed source columns), row-local. It yields `entity_id`, `example_key`,
     * `label` (number; null where unknown), every feature, and every column named in `groups` and `prediction.fields`.
     */
    featuresSql: z.string().min(1),
    label: z.strictObject({
      /** What the label is, in words, for every report. */
      meaning: z.string(),
      positive: z.string().default('positive'),
      negative: z.string().default('negative'),
      /** What it cannot mean; printed under every report. */
      caveat: z.string().default(''),
    }),
    features: z.array(featureSchema).min(1),
    /** One-hot up to this many levels; frequency encoding beyond. */
    oneHotLimit: z.int().min(2).max(256).default(64),
    /** Levels rarer than this share of the training rows go together into "other". */
    rareLevelShare: share.default(0.001),
    /** Columns of features.sql by which metrics are broken down. */
    groups: z.array(identifier).default([]),
    algorithm: z.enum(['xgboost', 'random-forest', 'logistic-regression']).default('xgboost'),
    hyperparameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
    split: z
      .strictObject({
        /** Early stopping watches `validation`; probabilities and confidence are fitted on `calibration`. */
        train: share,
        validation: share,
        calibration: share,
        test: share,
        seed: z.int().default(1),
      })
      .refine(
        (s) => Math.abs(s.train + s.validation + s.calibration + s.test - 1) < 1e-9,
        'the four shares must add up to 1',
      ),
    quality: z
      .strictObject({
        minRows: z.int().min(1).default(200),
        maxInvalidShare: share.default(0),
        maxMissingShare: share.default(1),
        maxDuplicateShare: share.default(0.05),
        rules: z.array(qualityRuleSchema).default([]),
      })
      .prefault({}),
    gates: z.array(gateSchema).default([]),
    /** The decision threshold is the one of highest recall whose precision is at least this times the prevalence. */
    precisionFloorLift: z.number().min(1).default(1.5),
    drift: z
      .strictObject({
        effect: z.number().positive().default(0.1),
        pValue: z.number().positive().max(1).default(0.01),
        missingPoints: share.default(0.05),
        alarmWeightedScore: share.default(0.2),
        severeWeightedScore: share.default(0.4),
        topFeatures: z.int().min(1).default(10),
        /** Source columns that are expected to move and are not watched. */
        ignore: z.array(z.string()).default([]),
      })
      .prefault({}),
    prediction: z.strictObject({
      /** Names that readers of a prediction know: platform field -> project's field. */
      names: z.strictObject({ entityId: identifier, prediction: identifier }),
      /** Further columns of features.sql copied into each prediction: project's field -> column. */
      fields: z.record(identifier, identifier).default({}),
      riskFactors: z.int().min(1).max(20).default(5),
      /** Whether each prediction says what moved it; a run may say otherwise. */
      explanations: z.boolean().default(true),
    }),
    /** When people are called, and when a challenger is trained. */
    monitoring: monitoringRule.prefault({}),
    /** Runs that go at the same time; more wait for their turn. Pipelines without a number have no limit. */
    concurrentRuns: z
      .strictObject({
        training: z.int().min(1).max(100).default(4),
        inference: z.int().min(1).max(100).optional(),
        'dataset-import': z.int().min(1).max(100).optional(),
      })
      .prefault({}),
    /** How a version takes over that is deployed step by step, unless who deploys says otherwise. */
    deployment: z
      .strictObject({
        /** Share of the entities: the canary's, or each step's of a linear deployment. */
        share: z.number().min(0.01).lt(1).default(0.1),
        /** Between a step and what is seen of it. */
        watchSeconds: z.int().min(0).max(86_400).default(300),
      })
      .prefault({}),
    /** EventBridge Scheduler expression for batch inference; absent means no schedule. */
    schedule: z.string().optional(),
    trainingInstanceType: z.string().default('ml.m5.xlarge'),
    trainingTimeoutSeconds: z.int().min(60).max(432_000).default(3_600),
    retentionDays: z.int().min(1).default(2_192),
  })
  .superRefine((project, context) => {
    const columns = new Set(project.source.columns.map((column) => column.name))
    const known = (name: string, path: (string | number)[]) => {
      if (!columns.has(name))
        context.addIssue({ code: 'custom', path, message: `no source column "${name}"` })
    }
    known(project.entityKey, ['entityKey'])
    if (project.eventTime !== undefined) known(project.eventTime, ['eventTime'])
    for (const [at, rule] of project.quality.rules.entries()) {
      const named = 'column' in rule ? [rule.column] : 'columns' in rule ? (rule.columns ?? []) : []
      for (const name of named) known(name, ['quality', 'rules', at])
    }
    for (const [at, feature] of project.features.entries()) {
      for (const [place, name] of feature.from.entries()) known(name, ['features', at, 'from', place])
      if ((feature.kind === 'ordinal') !== (feature.levels !== undefined))
        context.addIssue({
          code: 'custom',
          path: ['features', at, 'levels'],
          message: 'levels belong to an ordinal feature, and it needs them',
        })
    }
  })

export type Project = z.output<typeof projectSchema>
export type ProjectInput = z.input<typeof projectSchema>
export type SourceColumn = z.output<typeof columnSchema>
export type Feature = z.output<typeof featureSchema>

/** @throws RegimenError `InvalidProject` with the key, the rule and where it stands. */
export function parseProject(value: unknown): Project {
  const result = projectSchema.safeParse(value)
  if (result.success) return result.data
  throw new RegimenError('InvalidProject', {
    what: 'the project definition is not valid',
    ...brokenRule(result.error),
    do: 'correct it in projects/<id>/project.ts',
  })
}

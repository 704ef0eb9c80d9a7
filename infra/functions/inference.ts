/** Predictions, and what moved since the model learned. */
import { type FunctionDefinition, heavy, merging } from './definition.ts'
import {
  baseline,
  datasets,
  decision,
  driftHistory,
  encoder,
  evaluation,
  models,
  project,
  samples,
  unsentMetrics,
} from './objects.ts'

export const inferenceFunctions = {
  'score-part': {
    entry: 'functions/scoring/handler.ts',
    description: 'Predicts and explains every example of one part',
    ...heavy,
    variables: ['TABLE'],
    grants: (to) => [
      to.read(project, encoder, models, decision, ...datasets),
      to.write('*/inference/*/scores/*', '*/inference/*/predictions/*'),
      to.items('PutItem'),
    ],
  },
  predict: {
    entry: 'functions/scoring/predict.handler.ts',
    description: 'Predicts single rows by the versions in production',
    memoryMegabytes: 1_769,
    timeoutSeconds: 60,
    variables: ['TABLE', 'MODEL_PACKAGE_GROUP_PREFIX', 'PROJECT_URIS'],
    grants: (to) => [
      to.read(project, encoder, models, decision),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.readModels(),
      to.listModels(),
    ],
  },
  'detect-drift': {
    entry: 'functions/drift/handler.ts',
    description: "Compares a batch with the model's baseline",
    ...merging,
    variables: ['ENVIRONMENT'],
    grants: (to) => [
      to.read(
        project,
        baseline,
        evaluation,
        '*/inference/*/profile.json',
        ...samples,
        driftHistory,
        ...unsentMetrics,
      ),
      to.write('*/inference/*/drift.json', ...unsentMetrics),
      to.list(...samples, driftHistory, ...unsentMetrics),
      to.publishMetrics(),
    ],
  },
  'join-labels': {
    entry: 'functions/drift/join-labels.handler.ts',
    description:
      "Joins labels that arrived late to a run's predictions and measures what the model was worth",
    ...heavy,
    variables: ['TABLE', 'ENVIRONMENT'],
    grants: (to) => [
      to.items('PutItem'),
      to.read(
        project,
        evaluation,
        '*/labels/*',
        ...['manifest.json', 'predictions/*', 'labels/*'].map((file) => `*/inference/*/${file}`),
      ),
      to.write(
        '*/inference/*/labels/*',
        '*/inference/*/performance.json',
        '*/performance-history/*',
        '*/unsent-metrics/*',
      ),
      to.list('*/inference/*/labels/*'),
      to.publishMetrics(),
    ],
  },
  'compare-predictions': {
    entry: 'functions/drift/predictions.handler.ts',
    description: "Compares a batch's predictions with those of training, and estimates how good they are",
    ...merging,
    variables: ['ENVIRONMENT'],
    grants: (to) => [
      to.read(project, evaluation, '*/inference/*/drift.json', '*/inference/*/scores/*'),
      to.write('*/inference/*/drift.json', driftHistory, '*/unsent-metrics/*'),
      to.list(driftHistory, '*/unsent-metrics/*'),
      to.publishMetrics(),
    ],
  },
} as const satisfies Readonly<Record<string, FunctionDefinition>>

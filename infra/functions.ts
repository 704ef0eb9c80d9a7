/** The table of functions: where each one's door is, what it costs, and exactly what it may touch. */
import { sides } from '../functions/layout.ts'
import { mapValues } from './map-values.ts'
import type { Grant } from './policy-document.ts'
import type { ItemAction } from './table.ts'

/** Environment variables that a function may ask for beside those of every function. */
export type Variable =
  | 'BUCKET'
  | 'TABLE'
  | 'ENVIRONMENT'
  | 'MODEL_PACKAGE_GROUP_PREFIX'
  | 'TOPIC_ARN'
  | 'STATE_MACHINE_PREFIX'
  /** JSON list of hosts that a download may reach at a private address. */
  | 'PRIVATE_HOSTS'
  /** JSON: project id to the URI of its definition, for who is asked for a run by the project's id. */
  | 'PROJECT_URIS'
  /** JSON: project id to pipeline to the number of its runs that may go at the same time. */
  | 'RUN_LIMITS'
  /** Key of the pseudonyms that stand for direct identifiers; empty where they are kept as they are. */
  | 'PSEUDONYM_KEY'
  /** Digest of all bundles: which program ran. */
  | 'CODE'
  /** What an approved version does, unless its approval says otherwise. */
  | 'ON_APPROVAL'
  /** An MLflow server that runs are sent to as well, or `none`. */
  | 'MLFLOW_TRACKING_URI'

/** What the environment hands out; keys are patterns below the bucket. */
export interface Access {
  read(...keys: readonly string[]): Grant
  write(...keys: readonly string[]): Grant
  list(...prefixes: readonly string[]): Grant
  readTrainingLogs(): Grant
  /** Items of the table, by what is done with them. */
  items(...actions: readonly ItemAction[]): Grant
  /** Its items by their second key. */
  queryIndex(): Grant
  publishAlerts(): Grant
  publishMetrics(): Grant
  startExecutions(): Grant
  lookAtExecutions(): Grant
  listTrials(): Grant
  readModels(): Grant
  listModels(): Grant
  registerModels(): Grant
}

export interface FunctionDefinition {
  /** The file that exports `handler`. */
  readonly entry: string
  readonly description: string
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  /** Scratch space below /tmp: a part and what it becomes. @default 512 */
  readonly scratchMegabytes?: number
  /** An event or a schedule calls it, and nobody waits for the answer. @default false */
  readonly asynchronous?: boolean
  /** Reaches hosts outside AWS, and so stands outside the network. @default false */
  readonly internet?: boolean
  /** Names that its code asks for. */
  readonly variables: readonly Variable[]
  grants(access: Access): readonly Grant[]
}

const project = '*/project/*.json'
/** Tables of the catalogue, and batches to be scored. */
const datasets = ['*/datasets/*', '*/batches/*', '*/inbox/*']
const encoder = '*/runs/*/encoder.json'
const models = '*/runs/*/model/*'
const baseline = '*/runs/*/baseline.json'
const decision = '*/runs/*/decision.json'
const evaluation = '*/runs/*/evaluation.json'
const plans = ['*/runs/*/plan.json', '*/inference/*/plan.json', '*/imports/*/plan.json']
const profileParts = ['*/runs/*/profile/*', '*/inference/*/profile/*', '*/imports/*/profile/*']
const samples = ['*/runs/*/sample/*', '*/inference/*/sample/*']
const driftHistory = '*/drift-history/*'
const unsentMetrics = ['*/unsent-metrics/*', '*/unsent-metrics-claims/*', '*/unsent-metrics-sent/*']
const profiles = ['*/runs/*/profile.json', '*/inference/*/profile.json']
const importedProfile = '*/imports/*/profile.json'

/** What shows how a version came about. */
const evidence = ['steps.json', 'report.html', 'manifest.json'].map((file) => `*/runs/*/${file}`)

/** Memory of a function with DuckDB or numbers by the million; CPU comes with it (1,769 MB is one whole). */
const heavy = { memoryMegabytes: 3_008, timeoutSeconds: 900, scratchMegabytes: 2_048 }
const merging = { memoryMegabytes: 1_769, timeoutSeconds: 600 }
const light = { memoryMegabytes: 512, timeoutSeconds: 120 }

export const functionDefinitions = {
  'plan-parts': {
    entry: 'functions/dataset/plan.handler.ts',
    description: 'Cuts a table into parts that any later stage can read alone',
    ...heavy,
    variables: [],
    grants: (to) => [to.read(project, ...datasets), to.write(...plans), to.list(...datasets)],
  },
  'fetch-dataset': {
    entry: 'functions/dataset/fetch.handler.ts',
    description: 'Brings the data of an import to where their content says',
    ...heavy,
    internet: true,
    scratchMegabytes: 10_240,
    variables: ['BUCKET', 'TABLE', 'PRIVATE_HOSTS', 'PSEUDONYM_KEY'],
    grants: (to) => [
      to.read(project, '*/datasets/*', '*/inbox/*', '*/downloads/*'),
      to.write('*/datasets/*/data/*', '*/downloads/*'),
      to.list('*/datasets/*', '*/inbox/*', '*/downloads/*'),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
    ],
  },
  'report-dataset': {
    entry: 'functions/report/dataset.handler.ts',
    description: 'Writes the page of a table that is being imported',
    ...merging,
    variables: [],
    grants: (to) => [to.read(project, importedProfile), to.write('*/imports/*/report.html')],
  },
  'register-dataset': {
    entry: 'functions/dataset/register.handler.ts',
    description: 'Takes a profiled table into the catalogue as a version',
    ...merging,
    variables: ['TABLE'],
    grants: (to) => [
      to.read(project, '*/imports/*', '*/datasets/*/manifest.json'),
      to.write(...['manifest.json', 'profile.json', 'report.html'].map((file) => `*/datasets/*/${file}`)),
      to.items('GetItem', 'Query', 'PutItem'),
    ],
  },
  'review-dataset': {
    entry: 'functions/dataset/review.handler.ts',
    description: 'Approves or rejects a dataset version, with who, why and when',
    ...light,
    variables: ['TABLE', 'ENVIRONMENT'],
    grants: (to) => [to.items('GetItem', 'Query', 'PutItem')],
  },
  'profile-part': {
    entry: 'functions/profile/part.handler.ts',
    description: 'Profiles one part in one pass',
    ...heavy,
    variables: [],
    grants: (to) => [to.read(project, baseline, ...datasets), to.write(...profileParts, ...samples)],
  },
  'merge-profile': {
    entry: 'functions/profile/merge.handler.ts',
    description: 'Merges the profiles of the parts and judges the quality',
    ...merging,
    variables: ['ENVIRONMENT'],
    grants: (to) => [
      to.read(project, '*/datasets/*/profile.json', ...profileParts),
      to.write(baseline, importedProfile, ...profiles),
    ],
  },
  'fit-encoder': {
    entry: 'functions/features/fit.handler.ts',
    description: 'Decides how each feature becomes numbers',
    ...light,
    variables: [],
    grants: (to) => [to.read(project, '*/runs/*/profile.json'), to.write(encoder)],
  },
  'transform-part': {
    entry: 'functions/features/transform.handler.ts',
    description: 'Encodes one part and sends each entity to its side of the split',
    ...heavy,
    variables: [],
    grants: (to) => [
      to.read(project, encoder, ...datasets),
      to.write(...sides.map((side) => `*/runs/*/${side}/*`)),
    ],
  },
  'plan-training': {
    entry: 'functions/training/handler.ts',
    description: 'Settles the hyperparameters before a job is paid for',
    ...light,
    variables: [],
    grants: (to) => [to.read(project)],
  },
  'evaluate-part': {
    entry: 'functions/evaluation/part.handler.ts',
    description: 'Scores the calibration and test rows of one part',
    ...heavy,
    variables: [],
    grants: (to) => [
      to.read(
        project,
        encoder,
        models,
        '*/runs/*/profile.json',
        '*/runs/*/calibration/examples/*',
        '*/runs/*/test/examples/*',
      ),
      to.write('*/runs/*/evaluation/*'),
    ],
  },
  'merge-evaluation': {
    entry: 'functions/evaluation/merge.handler.ts',
    description: 'Metrics, calibration, confidence and the gate',
    ...heavy,
    variables: [],
    grants: (to) => [to.read(project, '*/runs/*/evaluation/*'), to.write(evaluation, decision)],
  },
  'record-run': {
    entry: 'functions/experiments/handler.ts',
    description: 'Adds to the record of a training what it is trained with and what came of it',
    ...light,
    variables: ['TABLE', 'ENVIRONMENT', 'CODE', 'MLFLOW_TRACKING_URI'],
    grants: (to) => [
      to.items('GetItem', 'UpdateItem'),
      to.readTrainingLogs(),
      to.read(models, '*/runs/*/steps.json'),
      to.write('*/runs/*/steps.json'),
    ],
  },
  'record-trials': {
    entry: 'functions/experiments/trials.handler.ts',
    description: 'Puts every training of a search for hyperparameters on record',
    ...light,
    timeoutSeconds: 300,
    variables: ['TABLE', 'ENVIRONMENT', 'CODE'],
    grants: (to) => [
      to.items('UpdateItem'),
      to.readTrainingLogs(),
      to.listTrials(),
      to.write('*/runs/*/trials/*'),
    ],
  },
  'register-model': {
    entry: 'functions/registry/register.handler.ts',
    description: 'Adds a version to the model registry, once',
    ...light,
    variables: ['TABLE', 'MODEL_PACKAGE_GROUP_PREFIX'],
    // Reading: the registry looks at the artifacts on behalf of who registers them.
    grants: (to) => [to.read(evaluation, baseline, models), to.items('PutItem'), to.registerModels()],
  },
  'resolve-model': {
    entry: 'functions/deployment/resolve.handler.ts',
    description: 'Names the version in production and the one before it',
    ...light,
    variables: ['TABLE', 'MODEL_PACKAGE_GROUP_PREFIX'],
    grants: // Writing: a version that the table has lost is repaired from the registry.
      (to) => [to.items('GetItem', 'Query'), to.readModels(), to.listModels()],
  },
  'promote-model': {
    entry: 'functions/deployment/promote.handler.ts',
    description: 'Appends an approved version to the promotion ledger',
    ...light,
    asynchronous: true,
    variables: [
      'BUCKET',
      'TABLE',
      'ENVIRONMENT',
      'MODEL_PACKAGE_GROUP_PREFIX',
      'STATE_MACHINE_PREFIX',
      'PROJECT_URIS',
      'ON_APPROVAL',
    ],
    grants: (to) => [
      to.read(encoder, models, decision),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.readModels(),
      to.startExecutions(),
    ],
  },
  'start-deployment': {
    entry: 'functions/rollout/start.handler.ts',
    description: 'Begins the deployment of a version, recorded under who asked for it',
    ...light,
    variables: ['BUCKET', 'TABLE', 'STATE_MACHINE_PREFIX', 'PROJECT_URIS'],
    grants: (to) => [to.items('GetItem', 'PutItem'), to.startExecutions()],
  },
  'export-model': {
    entry: 'functions/promotion/export.handler.ts',
    description: 'Tells what an approved version consists of, for another environment to take',
    ...light,
    memoryMegabytes: 1_769,
    variables: ['BUCKET', 'TABLE', 'ENVIRONMENT', 'MODEL_PACKAGE_GROUP_PREFIX', 'PROJECT_URIS'],
    grants: (to) => [
      to.read(project, encoder, models, decision, baseline, evaluation, ...evidence),
      to.list('*/runs/*'),
      to.items('GetItem', 'PutItem'),
      to.readModels(),
      to.listModels(),
    ],
  },
  'import-model': {
    entry: 'functions/promotion/import.handler.ts',
    description: 'Takes a version that another environment approved into this registry',
    ...light,
    memoryMegabytes: 1_769,
    variables: ['BUCKET', 'TABLE', 'MODEL_PACKAGE_GROUP_PREFIX', 'PROJECT_URIS'],
    // Reading below runs: the version is tried before it is registered, and the registry looks at its artifacts.
    grants: (to) => [
      to.read(project, '*/transfers/*', encoder, models, decision, baseline, evaluation),
      to.write(models, encoder, decision, baseline, evaluation, ...evidence, '*/runs/*/transfer.json'),
      to.items('Query', 'PutItem'),
      to.registerModels(),
    ],
  },
  'prepare-deployment': {
    entry: 'functions/rollout/prepare.handler.ts',
    description: 'Takes the turn of a project for a version that is approved and is shown to score',
    ...heavy,
    variables: ['TABLE', 'ENVIRONMENT', 'MODEL_PACKAGE_GROUP_PREFIX'],
    grants: (to) => [
      to.read(project, encoder, models, decision, '*/runs/*/test/examples/*', ...plans, ...datasets),
      to.list('*/runs/*/test/examples/*'),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.queryIndex(),
      to.readModels(),
      to.listModels(),
    ],
  },
  'shift-traffic': {
    entry: 'functions/rollout/shift.handler.ts',
    description: 'Gives a new version its next share of the entities',
    ...light,
    variables: ['TABLE'],
    grants: (to) => [to.items('GetItem', 'Query', 'PutItem')],
  },
  'watch-deployment': {
    entry: 'functions/rollout/watch.handler.ts',
    description: 'Holds the answers of a new version against those of the one before',
    ...heavy,
    variables: ['TABLE', 'MODEL_PACKAGE_GROUP_PREFIX'],
    grants: (to) => [
      to.read(
        project,
        encoder,
        models,
        decision,
        evaluation,
        '*/runs/*/test/examples/*',
        '*/inference/*/labels/*',
        ...plans,
        ...datasets,
      ),
      to.list('*/runs/*/test/examples/*', '*/inference/*/labels/*'),
      to.write('*/deployments/*'),
      to.items('GetItem', 'Query'),
      to.queryIndex(),
      to.readModels(),
      to.listModels(),
    ],
  },
  'compare-variants': {
    entry: 'functions/abtest/handler.ts',
    description: 'Begins an A/B test of two versions, weighs their outcomes, and ends it by its rule',
    ...heavy,
    variables: ['TABLE', 'ENVIRONMENT', 'MODEL_PACKAGE_GROUP_PREFIX', 'PROJECT_URIS'],
    grants: (to) => [
      to.read(project, encoder, models, decision, '*/inference/*/labels/*', ...plans, ...datasets),
      to.list('*/inference/*/labels/*'),
      to.items('GetItem', 'Query', 'PutItem'),
      to.queryIndex(),
      to.readModels(),
      to.listModels(),
    ],
  },
  'end-deployment': {
    entry: 'functions/rollout/end.handler.ts',
    description: 'Confirms a deployment or takes it back',
    ...light,
    asynchronous: true,
    variables: ['TABLE', 'ENVIRONMENT'],
    grants: (to) => [to.items('GetItem', 'Query', 'PutItem', 'UpdateItem')],
  },
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
  'record-outcome': {
    entry: 'functions/alarm/handler.ts',
    description: 'Records how an execution ended and alerts when it failed',
    ...light,
    asynchronous: true,
    variables: ['TABLE', 'ENVIRONMENT', 'TOPIC_ARN'],
    grants: (to) => [
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.queryIndex(),
      to.publishAlerts(),
    ],
  },
  'start-monitoring': {
    entry: 'functions/monitoring/start.handler.ts',
    description: 'Begins a look at the windows, once for each batch and each time of the schedule',
    ...light,
    asynchronous: true,
    variables: ['BUCKET', 'TABLE', 'ENVIRONMENT', 'STATE_MACHINE_PREFIX', 'PROJECT_URIS'],
    grants: (to) => [to.items('GetItem', 'PutItem'), to.startExecutions()],
  },
  'observe-windows': {
    entry: 'functions/monitoring/observe.handler.ts',
    description: 'Looks at drift and performance by windows, tells people once, asks for a challenger',
    ...light,
    variables: ['TABLE', 'ENVIRONMENT', 'TOPIC_ARN', 'MODEL_PACKAGE_GROUP_PREFIX'],
    grants: (to) => [
      to.read(project, driftHistory, '*/performance-history/*'),
      to.list(driftHistory, '*/performance-history/*'),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.queryIndex(),
      to.readModels(),
      to.listModels(),
      to.publishAlerts(),
      to.lookAtExecutions(),
    ],
  },
  'note-retraining': {
    entry: 'functions/monitoring/note.handler.ts',
    description: "Keeps the run of a challenger's training",
    ...light,
    variables: ['TABLE'],
    grants: (to) => [to.items('GetItem', 'UpdateItem')],
  },
  'acknowledge-episode': {
    entry: 'functions/monitoring/acknowledge.handler.ts',
    description: 'Notes who has seen an episode',
    ...light,
    variables: ['TABLE'],
    grants: (to) => [to.items('GetItem', 'UpdateItem')],
  },
  'write-report': {
    entry: 'functions/report/handler.ts',
    description: 'Writes the report of a run and the manifest of what it left',
    ...merging,
    variables: [],
    grants: (to) => [
      to.read(
        project,
        evaluation,
        decision,
        ...profiles,
        '*/inference/*/drift.json',
        '*/inference/*/predictions/*',
        '*/inference/*/scores/*',
      ),
      to.write(
        ...['runs', 'inference'].flatMap((kind) => [`*/${kind}/*/report.html`, `*/${kind}/*/manifest.json`]),
      ),
    ],
  },
  'start-run': {
    entry: 'functions/starter/handler.ts',
    description: 'Derives the id of a run, records who asked for it, and starts its execution in turn',
    ...light,
    asynchronous: true,
    variables: ['BUCKET', 'TABLE', 'ENVIRONMENT', 'STATE_MACHINE_PREFIX', 'PROJECT_URIS', 'RUN_LIMITS'],
    grants: (to) => [
      to.list('*/batches/*'),
      to.items('GetItem', 'Query', 'PutItem', 'UpdateItem'),
      to.startExecutions(),
      to.lookAtExecutions(),
    ],
  },
} as const satisfies Readonly<Record<string, FunctionDefinition>>

export type FunctionName = keyof typeof functionDefinitions

export function functionDefinition(name: FunctionName): FunctionDefinition {
  return functionDefinitions[name]
}

/** Function name to the file of its door. */
export const functionEntries: Readonly<Record<FunctionName, string>> = mapValues(
  functionDefinitions,
  ({ entry }) => entry,
)

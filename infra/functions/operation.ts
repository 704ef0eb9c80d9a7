/** Runs that begin and end, what is watched over, and the pages that tell of it. */
import { type FunctionDefinition, light, merging } from './definition.ts'
import { decision, driftHistory, evaluation, profiles, project } from './objects.ts'

export const operationFunctions = {
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

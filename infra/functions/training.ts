/** From a profiled table to a registered version. */
import { sides } from '../../functions/layout.ts'
import { type FunctionDefinition, heavy, light } from './definition.ts'
import { baseline, datasets, decision, encoder, evaluation, models, project } from './objects.ts'

export const trainingFunctions = {
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
} as const satisfies Readonly<Record<string, FunctionDefinition>>

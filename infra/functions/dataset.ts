/** From a file to a version of the catalogue, and what is known of its parts. */
import { type FunctionDefinition, heavy, light, merging } from './definition.ts'
import {
  baseline,
  datasets,
  importedProfile,
  plans,
  profileParts,
  profiles,
  project,
  samples,
} from './objects.ts'

export const datasetFunctions = {
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
} as const satisfies Readonly<Record<string, FunctionDefinition>>

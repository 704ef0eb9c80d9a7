import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { bundleFunctions } from '../../infra/bundle.ts'
import { type FunctionName, functionDefinition, functionEntries } from '../../infra/functions.ts'
import { mapValues } from '../../infra/map-values.ts'
import { evaluate, repository } from './record-program.ts'

const dev = await evaluate('dev')
const names = Object.keys(functionEntries) as FunctionName[]
const bundles = await bundleFunctions(repository, functionEntries, true)
const codes = mapValues(bundles, ({ path }) => readFileSync(path, 'utf8'))

/** API calls that stand in a bundle only if its code makes them, and what IAM calls them. */
const actions: Readonly<Record<string, string>> = {
  GetObjectCommand: 's3:GetObject',
  HeadObjectCommand: 's3:GetObject',
  PutObjectCommand: 's3:PutObject',
  CopyObjectCommand: 's3:PutObject',
  ListObjectsV2Command: 's3:ListBucket',
  GetCommand: 'dynamodb:GetItem',
  PutCommand: 'dynamodb:PutItem',
  UpdateCommand: 'dynamodb:UpdateItem',
  // The library for documents wraps one of the same name, and both are in every bundle: the bundler numbers its own.
  QueryCommand2: 'dynamodb:Query',
  PublishCommand: 'sns:Publish',
  PutMetricDataCommand: 'cloudwatch:PutMetricData',
  StartExecutionCommand: 'states:StartExecution',
  CreateModelPackageCommand: 'sagemaker:CreateModelPackage',
  DescribeModelPackageCommand: 'sagemaker:DescribeModelPackage',
  ListModelPackagesCommand: 'sagemaker:ListModelPackages',
  UpdateModelPackageCommand: 'sagemaker:UpdateModelPackage',
}

/** Granted and not called: the service looks on behalf of the caller. */
const onBehalf: Readonly<Record<string, readonly string[]>> = { 'register-model': ['s3:GetObject'] }

const called = mapValues(codes, (code) => {
  // A paginator makes its command itself.
  const made = code.matchAll(/new (\w+Command2?)\(|createPaginator\(\w+, (\w+Command)\b/g)
  const commands = [...made].map(([, command, paged]) => actions[command ?? paged ?? ''])
  return new Set(commands.filter((action) => action !== undefined))
})
const granted = (name: string) => new Set(dev.policyOf(`${name}-role`).flatMap(({ Action }) => Action))

test.each(names)('%s may call every API that its bundle calls', (name) => {
  expect([...called[name]].filter((action) => !granted(name).has(action))).toEqual([])
})

test.each(names)('%s may call nothing that its bundle does not call', (name) => {
  const needless = [...new Set(Object.values(actions))].filter(
    (action) => granted(name).has(action) && !called[name].has(action) && !onBehalf[name]?.includes(action),
  )
  expect(needless).toEqual([])
})

test.each(names)('%s may query the index if its code does, and the table if its code does that', (name) => {
  const index = /index: "gsi1"/.test(codes[name])
  const queried = dev
    .policyOf(`${name}-role`)
    .filter(({ Action }) => Action.includes('dynamodb:Query'))
    .flatMap(({ Resource }) => Resource.map((arn) => arn.endsWith('/index/gsi1')))
  expect([name, queried.includes(true)]).toEqual([name, index])
})

test.each(names)('%s is given the variables that its code asks for', (name) => {
  const code = codes[name]
  const asked = [
    ...[...code.matchAll(/requiredVariable\("([A-Z_]+)"\)/g)].map(([, variable]) => variable),
    ...[...code.matchAll(/process\.env\.(TABLE|RUN_LIMITS|PROJECT_URIS|ENVIRONMENT|PSEUDONYM_KEY)\b/g)].map(
      ([, v]) => v,
    ),
    ...(/\{ TABLE: \w+ \} = process\.env/.test(code) ? ['TABLE'] : []),
  ]
  expect(new Set(functionDefinition(name).variables)).toEqual(new Set(asked))
})

test('functions with DuckDB get the layer and a memory limit, the others neither', () => {
  for (const name of names) {
    const { inputs } = dev.one('aws:lambda/function:Function', `${name}-function`)
    expect([name, (inputs.layers as unknown[]).length]).toEqual([name, bundles[name].usesDuckdb ? 1 : 0])
    const { variables } = inputs.environment as { variables: Record<string, string> }
    const limit = String(Math.floor(functionDefinition(name).memoryMegabytes * 0.6))
    expect([name, variables.DUCKDB_MEMORY_MB]).toEqual([name, bundles[name].usesDuckdb ? limit : undefined])
  }
})

/** The Pulumi program: reads the stack's configuration, composes the environment and its projects, names what exists. */
// First: it goes on while the others are loaded.
import './bundling.ts'
import * as pulumi from '@pulumi/pulumi'
import { Audit } from '../infra/audit.ts'
import { Budget } from '../infra/budget.ts'
import { CodepipelineDelivery } from '../infra/codepipeline-delivery.ts'
import { currentAccount } from '../infra/current-account.ts'
import { Environment } from '../infra/environment.ts'
import { GithubDelivery } from '../infra/github-delivery.ts'
import { mapValues } from '../infra/map-values.ts'
import { Names } from '../infra/names.ts'
import { Notifications } from '../infra/notifications.ts'
import { People } from '../infra/people.ts'
import { ReleaseRecord } from '../infra/release.ts'
import { UseCase } from '../infra/use-case.ts'
import { bundling, root } from './bundling.ts'
import { readConfiguration } from './configuration.ts'
import { packProgram } from './program-archive.ts'
import { projects } from './projects.ts'
import { describeRelease } from './release.ts'
import { releaseKeys } from './release-manifest.ts'

const settings = new pulumi.Config('regimen')
const given = Object.keys(pulumi.runtime.allConfig()).flatMap((key) => /^regimen:(.+)$/.exec(key)?.[1] ?? [])
const configuration = readConfiguration(
  pulumi.getStack(),
  (key) => settings.get(key),
  Object.keys(projects),
  given,
)
const [account, bundles, program] = await Promise.all([
  currentAccount(),
  bundling,
  packProgram(root, configuration.environment),
])
const names = new Names(configuration.environment)
const deployed = Object.values(projects).filter(({ id }) => configuration.projects.includes(id))

const environment = new Environment('regimen', {
  ...configuration,
  names,
  account,
  root,
  bundles,
  projects: deployed,
  pseudonymKey: settings.getSecret('pseudonymKey'),
  mlflowTrackingUri: settings.getSecret('mlflowTrackingUri'),
})
const useCases = Object.fromEntries(
  deployed.map((project) => [
    project.id,
    new UseCase(project.id, { ...configuration, names, account, root, environment, project }),
  ]),
)
const shared = { names, account, key: environment.key, topic: environment.topic }
const audit = configuration.audit
  ? new Audit('regimen-audit', {
      ...shared,
      storage: environment.storage,
      table: environment.table,
      retentionDays: configuration.auditRetentionDays,
    })
  : undefined
if (configuration.people)
  new People('regimen-people', {
    ...shared,
    projects: configuration.projects,
    principals: configuration.peoplePrincipals,
  })
const { slackChannel, alertEmails, monthlyBudgetDollars, deliveryRepository } = configuration
const pagerDuty = settings.getSecret('pagerDutyRoutingKey')
new Notifications('regimen-notifications', {
  ...shared,
  deadLetters: environment.deadLetters,
  emails: alertEmails,
  ...(slackChannel === undefined
    ? {}
    : { slack: { channel: slackChannel, token: settings.requireSecret('slackToken') } }),
  ...(pagerDuty === undefined ? {} : { pagerDuty }),
})
if (monthlyBudgetDollars !== undefined && account.partition !== 'aws')
  void pulumi.log.warn(`no budget is made: AWS Budgets is not there in the partition ${account.partition}`)
else if (monthlyBudgetDollars !== undefined)
  new Budget('regimen-budget', { names, monthlyDollars: monthlyBudgetDollars, emails: alertEmails })
if (configuration.delivery === 'github' && deliveryRepository !== undefined)
  new GithubDelivery('regimen-github', {
    names,
    account,
    repository: deliveryRepository,
    providerArn: configuration.deliveryProvider,
  })
const { deliveryConnection, deliveryBackend, deliveryChain } = configuration
const deployerRole = `arn:${account.partition}:iam::${account.accountId}:role/${names.of('role', 'deployer')}`
if (
  configuration.delivery === 'codepipeline' &&
  deliveryRepository !== undefined &&
  deliveryConnection !== undefined &&
  deliveryBackend !== undefined
)
  new CodepipelineDelivery('regimen-delivery', {
    ...shared,
    storage: environment.storage,
    connectionArn: deliveryConnection,
    repository: deliveryRepository,
    branch: configuration.deliveryBranch,
    backendUrl: deliveryBackend,
    chain: deliveryChain.length > 0 ? deliveryChain : [{ environment: names.environment, deployerRole }],
    logRetentionDays: configuration.logRetentionDays,
  })
const described = describeRelease(root, { configuration, bundles, program })
new ReleaseRecord('regimen-release', {
  storage: environment.storage,
  key: environment.key,
  release: described.id,
  manifest: described.manifest,
  archive: described.archive,
  keys: releaseKeys,
  inventory: {
    ...environment.inventory,
    ...audit?.inventory,
    ...Object.assign({}, ...Object.values(useCases).map((each) => each.inventory)),
  },
  after: [environment, ...(audit === undefined ? [] : [audit]), ...Object.values(useCases)],
})

/** Object storage and state. */
export const bucket = environment.storage.bucketName
export const table = environment.table.tableName
export const topic = environment.topic.arn
export const dataKey = environment.key.arn
/** Function name to the ARN of its published version. */
export const functions = mapValues(environment.functions, (each) => each.qualifiedArn)
/** What starts a run, whoever asks for it. */
export const starter = environment.functions['start-run'].liveArn
/** Project id to what belongs to it. */
export const stateMachines = mapValues(
  useCases,
  ({ trainingArn, inferenceArn, datasetImportArn, deploymentArn }) => ({
    training: trainingArn,
    inference: inferenceArn,
    'dataset-import': datasetImportArn,
    deployment: deploymentArn,
  }),
)
/** Project id to the definition that its next run will name. */
export const projectUris = environment.projectUris
export const modelPackageGroups = mapValues(useCases, ({ modelPackageGroup }) => modelPackageGroup)
/** The same program, bundles, definitions and configuration have the same release. */
export const release = described.id

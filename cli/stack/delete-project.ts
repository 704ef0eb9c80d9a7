/** Deletes a project from an environment: refused while something depends on it, verified when it is done. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch'
import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { ListEndpointsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker'
import { DescribeStateMachineCommand, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn'
import { parseDocument } from 'yaml'
import * as z from 'zod'
import { listDatasets } from '../../functions/dataset/dataset-store.ts'
import { championOf } from '../../functions/deployment/ledger.ts'
import { readLedger } from '../../functions/deployment/ledger-store.ts'
import { RegimenError } from '../../functions/errors.ts'
import type { Names } from '../../infra/names.ts'
import { type PlannedStep, partings } from '../../local/deploy/losses.ts'
import type { Context } from '../context.ts'
import type { Engine, Update } from './engine.ts'
import { type Dependant, dependantsOf } from './project-dependants.ts'

export interface ProjectPlace {
  readonly names: Names
  readonly region: string
  readonly sfn: SFNClient
  readonly sagemaker: SageMakerClient
  readonly cloudwatch: CloudWatchClient
  /** ARN up to the project: `arn:…:stateMachine:regimen-<env>-`. */
  readonly stateMachinePrefix: string
}

export function projectPlace(context: Context): ProjectPlace {
  const { names, region, sfn } = context
  const sagemaker = new SageMakerClient({ region })
  const cloudwatch = new CloudWatchClient({ region })
  const stateMachinePrefix = context.stateMachine('training').slice(0, -`${context.project}-training`.length)
  return { names, region, sfn, sagemaker, cloudwatch, stateMachinePrefix }
}

const flows = ['training', 'inference', 'dataset-import', 'deployment', 'monitoring'] as const

/** @param scheduled whether the project's definition has a schedule */
export async function findDependants(
  { names, sfn, sagemaker, stateMachinePrefix }: ProjectPlace,
  project: string,
  scheduled: boolean,
  keep: { readonly models: boolean; readonly datasets: boolean },
): Promise<Dependant[]> {
  const running = flows.map((flow) => runningOf(sfn, `${stateMachinePrefix}${project}-${flow}`))
  const prefix = `${names.prefix}${project}`
  const { Endpoints = [] } = await sagemaker.send(new ListEndpointsCommand({ NameContains: prefix }))
  const [executions, ledger, datasets] = await Promise.all([
    Promise.all(running),
    readLedger(project),
    listDatasets(project),
  ])
  return dependantsOf({
    schedules: scheduled ? [`${prefix}-inference`] : [],
    executions: executions.flat(),
    endpoints: Endpoints.map(({ EndpointName = '' }) => EndpointName),
    champion: keep.models ? undefined : championOf(ledger).version,
    datasets: keep.datasets ? [] : datasets.map(({ name, version }) => `${name}@${version}`),
  })
}

async function runningOf(sfn: SFNClient, stateMachineArn: string): Promise<string[]> {
  try {
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }),
    )
    return executions.map(({ name = '' }) => name)
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

/** @throws RegimenError `ProjectInUse` with each dependant and what removes it. */
export function refuseWhileUsed(project: string, dependants: readonly Dependant[]): void {
  if (dependants.length === 0) return
  const each = dependants.map(({ kind, name, remedy }) => `${kind} ${name} (${remedy})`).join('; ')
  throw new RegimenError('ProjectInUse', {
    what: `${dependants.length} things depend on project ${project}`,
    got: each,
    expected: 'none',
    do: 'remove them and repeat',
  })
}

/** What the stack lets go of and the account keeps: the project's models, and its features. */
const lastingNames = (project: string) => [`${project}-models-group`, `${project}-features-group`]

/**
 * Takes the project out of the environment's settings and updates. To be repeated when it was interrupted.
 * @throws RegimenError `UpdateRefused`, with nothing changed, when the update would let go of more than the project has;
 *   `UpdateFailed` when something that should be gone is still there
 */
export async function deleteProject(
  place: ProjectPlace,
  engine: Engine,
  programDir: string,
  project: string,
): Promise<Update> {
  const file = join(programDir, `Pulumi.${place.names.environment}.yaml`)
  const settings = readFileSync(file, 'utf8')
  const lasting = new Set(lastingNames(project))
  const held = (await engine.holds(programDir)).some(({ name }) => lasting.has(name))
  writeFileSync(file, withoutProject(settings, file, project, held))
  const leave = { ignoreProtect: true }
  try {
    const { steps } = await engine.preview(programDir, leave)
    const others = partings(steps).filter(({ urn }) => !lasting.has(urn.split('::').at(-1) ?? ''))
    if (others.length > 0)
      throw new RegimenError('UpdateRefused', {
        what: `the update would take more than ${project} out of the stack`,
        got: others.map(({ urn }) => urn).join(', '),
        expected: `nothing protected but ${[...lasting].join(', ')}`,
        do: 'put these back into the program or its settings, and repeat',
      })
  } catch (error) {
    writeFileSync(file, settings)
    throw error
  }
  const update = await engine.up(programDir, leave)
  const left = await remaining(place, update.steps)
  if (left.length === 0) return update
  throw new RegimenError('UpdateFailed', {
    what: `${left.length} resources of project ${project} should be gone and are not`,
    got: left.join(', '),
    do: 'repeat the command: it refreshes first',
  })
}

/** Of what an update deleted, the URNs that the services still know. */
export async function remaining(place: ProjectPlace, steps: readonly PlannedStep[]): Promise<string[]> {
  const events = new EventBridgeClient({ region: place.region })
  const { names, sfn, cloudwatch, stateMachinePrefix } = place
  const probes = steps
    .filter(({ change }) => change === 'deleted')
    .map(async ({ urn, type }) => {
      const name = `${names.prefix}${
        urn
          .split('::')
          .at(-1)
          ?.replace(/-(machine|rule|alarm)$/, '') ?? ''
      }`
      const there =
        type === 'aws:sfn/stateMachine:StateMachine'
          ? await known(() =>
              sfn.send(
                new DescribeStateMachineCommand({
                  stateMachineArn: stateMachinePrefix + name.slice(names.prefix.length),
                }),
              ),
            )
          : type === 'aws:cloudwatch/eventRule:EventRule'
            ? await known(() => events.send(new DescribeRuleCommand({ Name: name })))
            : type === 'aws:cloudwatch/metricAlarm:MetricAlarm' && (await alarmed(cloudwatch, name))
      return there ? [urn] : []
    })
  return (await Promise.all(probes)).flat()
}

async function known(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch (error) {
    if (isAbsent(error)) return false
    throw error
  }
}

async function alarmed(cloudwatch: CloudWatchClient, name: string): Promise<boolean> {
  const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))
  return MetricAlarms.length > 0
}

const isAbsent = (error: unknown) => error instanceof Error && /DoesNotExist|NotFound/.test(error.name)

/**
 * @param held whether the stack holds some of it, as after an update that was interrupted
 * @returns the settings of an environment without one of its projects
 * @throws RegimenError when it is not deployed, or is the only one
 */
function withoutProject(text: string, file: string, project: string, held: boolean): string {
  const document = parseDocument(text)
  const path = ['config', 'regimen:projects']
  const projects = z.array(z.string()).parse(document.toJS()?.config?.['regimen:projects'] ?? [])
  const left = projects.filter((each) => each !== project)
  if ((left.length === projects.length && !held) || left.length === 0)
    throw new RegimenError('InvalidRequest', {
      what: left.length === 0 ? `${project} is the environment's only project` : `${project} is not deployed`,
      where: file,
      got: projects.join(', '),
      do: left.length === 0 ? 'use `regimen stack destroy`' : 'choose one of these',
    })
  document.setIn(path, left)
  return document.toString()
}

/** A project's CloudWatch dashboard: its runs, its drift, and the functions that work for it. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Pipeline } from '../functions/starter/pipeline.ts'
import type { Account } from './account.ts'
import type { Names } from './names.ts'

export interface DashboardArgs {
  readonly names: Names
  readonly account: Account
  /** Id of the project. */
  readonly project: string
  readonly machines: Readonly<Record<Pipeline, pulumi.Input<string>>>
  /** Physical names of the functions. */
  readonly functionNames: readonly string[]
}

export class Dashboard extends pulumi.ComponentResource {
  readonly dashboardName: string

  constructor(name: string, args: DashboardArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Dashboard', name, {}, options)
    this.dashboardName = args.names.of('dashboard', args.project)
    new aws.cloudwatch.Dashboard(
      `${name}-dashboard`,
      {
        dashboardName: this.dashboardName,
        dashboardBody: pulumi
          .output(args.machines)
          .apply((machines) => JSON.stringify({ widgets: widgets(args, machines) })),
      },
      { parent: this },
    )
    this.registerOutputs({ dashboardName: this.dashboardName })
  }
}

/** CloudWatch's own form of a metric: namespace, name, then dimension and value in turn. */
type Metric = readonly string[]

function widgets(
  { names, account, project, functionNames }: DashboardArgs,
  machines: Record<Pipeline, string>,
) {
  const drift = (metric: string): Metric => [
    'Regimen',
    metric,
    'Environment',
    names.environment,
    'Project',
    project,
  ]
  const graph = (title: string, metrics: readonly Metric[], stat: string, column: number, row: number) => ({
    type: 'metric',
    x: column * 12,
    y: row * 6,
    width: 12,
    height: 6,
    properties: { title, metrics, stat, period: 300, region: account.region, view: 'timeSeries' },
  })
  const ofMachines = (metric: string) =>
    Object.values(machines).map((machine): Metric => ['AWS/States', metric, 'StateMachineArn', machine])
  const ofFunctions = (metric: string) =>
    functionNames.map((each): Metric => ['AWS/Lambda', metric, 'FunctionName', each])
  return [
    graph('Runs that succeeded', ofMachines('ExecutionsSucceeded'), 'Sum', 0, 0),
    graph('Runs that failed', ofMachines('ExecutionsFailed'), 'Sum', 1, 0),
    graph('Drift', [drift('DriftScore'), drift('WeightedDriftScore'), drift('DriftAlarm')], 'Maximum', 0, 1),
    graph('How long runs take', ofMachines('ExecutionTime'), 'Average', 1, 1),
    graph('Errors of functions', ofFunctions('Errors'), 'Sum', 0, 2),
    graph('Throttled calls', ofFunctions('Throttles'), 'Sum', 1, 2),
  ]
}

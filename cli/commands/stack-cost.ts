/** `regimen stack cost`: what an environment costs a month while idle, and one run of each machine, before it exists. */
import { type Command, InvalidArgumentError } from 'commander'
import * as z from 'zod'
import { projects } from '../../stacks/projects.ts'
import type { GlobalOptions } from '../context.ts'
import { Output, table } from '../output.ts'
import { isConfirmed, likePrices, priceList, pricesAsOf, recalledPrices } from '../prices.ts'
import { idleCost, type Stored } from '../stack/idle-cost.ts'
import { type CalledFunction, type RunAssumptions, runCost } from '../stack/machine-cost.ts'
import { stackGraph } from '../stack-graph.ts'

type CostOptions = GlobalOptions & Stored & RunAssumptions

/** What the estimate leaves out, and says so. */
const notCounted = [
  'requests to S3, KMS, DynamoDB and CloudWatch Logs',
  'ingestion of logs and custom metrics',
  'data events of the audit trail',
  'storage volumes of training jobs',
  'data transfer',
] as const

const machineInputs = z.object({ name: z.string(), definition: z.string() })
const functionInputs = z.object({
  name: z.string(),
  memorySize: z.number().default(128),
  architectures: z.array(z.string()).default([]),
  ephemeralStorage: z.object({ size: z.number() }).default({ size: 512 }),
})

export function addCostCommand(stack: Command): void {
  stack
    .command('cost')
    .description('estimates the monthly cost of what is idle, and of one run of each state machine')
    .option('--parts <number>', 'parts of the table that a run works on', quantity, 10)
    .option('--seconds-per-call <number>', 'billed seconds of each function call', quantity, 10)
    .option('--training-seconds <number>', 'billed seconds of a training job', quantity, 300)
    .option('--stored-gigabytes <number>', 'GB in the bucket', quantity, 10)
    .option('--log-gigabytes <number>', 'GB of logs', quantity, 1)
    .option('--table-gigabytes <number>', 'GB in the table, and of online features', quantity, 0.1)
    .action(async (_options: object, self: Command) => await tell(self.optsWithGlobals()))
}

async function tell(options: CostOptions): Promise<void> {
  const { json, stack = 'dev', parts, secondsPerCall, trainingSeconds } = options
  const { storedGigabytes, logGigabytes, tableGigabytes } = options
  const { resources } = await stackGraph(stack)
  const idle = idleCost(resources, { storedGigabytes, logGigabytes, tableGigabytes })
  const functions = functionsOf(resources)
  const runs = resources
    .filter(({ type }) => type === 'aws:sfn/stateMachine:StateMachine')
    .map(({ inputs }) => {
      const { name, definition } = machineInputs.parse(inputs)
      const project = Object.values(projects).find(({ id }) => name.startsWith(`regimen-${stack}-${id}-`))
      const instanceType = project?.trainingInstanceType ?? 'an unknown instance type'
      const assumed = { parts, secondsPerCall, trainingSeconds }
      return {
        machine: name,
        ...runCost(definition, (arn) => functions.get(nameIn(arn)), instanceType, assumed),
      }
    })
  const assumptions = {
    parts,
    secondsPerCall,
    trainingSeconds,
    storedGigabytes,
    logGigabytes,
    tableGigabytes,
  }
  const prices = { ...pricesAsOf, currency: 'USD', list: priceList, recalled: recalledPrices }
  new Output(json === true).result({ stack, prices, assumptions, idle, runs, notCounted }, () =>
    [
      `idle: ${dollars(idle.dollarsPerMonth)} a month`,
      table(
        ['WHAT', 'PRICE', 'QUANTITY', 'DOLLARS A MONTH'],
        idle.items.map(({ type, price, quantity, dollarsPerMonth }) => [
          type.split(':').at(-1) ?? type,
          `${priceList[price].dollars} per ${priceList[price].per}${isConfirmed(price) ? '' : ' (recalled)'}`,
          quantity,
          dollarsPerMonth,
        ]),
      ),
      ...idle.unknown.map(({ type, count }) => `unknown  ${count} x ${type}: not in the sum`),
      '',
      'one run:',
      table(
        ['MACHINE', 'TRANSITIONS', 'CALLS', 'GB-SECONDS', 'TRAINING JOBS', 'DOLLARS'],
        runs.map((run) => [
          run.machine,
          run.stateTransitions,
          run.lambdaRequests,
          run.lambdaGigabyteSeconds,
          run.trainingJobs,
          run.dollars,
        ]),
      ),
      ...runs.flatMap(({ machine, unknown }) =>
        unknown.map((what) => `unknown  ${machine}: ${what}: not in the sum`),
      ),
      '',
      `prices of ${pricesAsOf.region}, ${pricesAsOf.date}, without free tier; recalled, and not looked up: ${recalledPrices.join(', ')}`,
      ...Object.entries(likePrices).map(([of, names]) => `looked up for ${of}: ${names.join(', ')}`),
      `assumed: ${JSON.stringify(assumptions)}`,
      `not counted: ${notCounted.join('; ')}`,
    ].join('\n'),
  )
}

function functionsOf(
  resources: Awaited<ReturnType<typeof stackGraph>>['resources'],
): Map<string, CalledFunction> {
  return new Map(
    resources.flatMap(({ type, inputs }): [string, CalledFunction][] => {
      if (type !== 'aws:lambda/function:Function') return []
      const { name, memorySize, architectures, ephemeralStorage } = functionInputs.parse(inputs)
      const isArm = architectures.includes('arm64')
      return [[name, { memoryMegabytes: memorySize, scratchMegabytes: ephemeralStorage.size, isArm }]]
    }),
  )
}

/** Name of the function in its ARN, with or without a version. */
const nameIn = (arn: string) => /:function:([^:]+)/.exec(arn)?.[1] ?? arn

const dollars = (value: number) => `$${value.toFixed(2)}`

function quantity(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of 0 or more.')
  return value
}

/** Step Functions API: starting, describing, listing and stopping executions, and their history. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import { type Action, AwsError, type Cloud, type Json } from '../service.ts'
import { childOf } from './child-records.ts'
import { refuseUnassumable } from './execution-role.ts'
import { dataLimitBytes } from './failure.ts'
import type { HistoryEvent } from './history.ts'
import type { JournalEnds } from './journal-ends.ts'
import { childRedrivability, type Redrivability, redrivability } from './redrivable.ts'
import type { StatesBackend } from './service.ts'
import { acceptName, findMachine } from './state-machine.ts'

const starting = z.object({
  stateMachineArn: z.string().min(1).max(256),
  name: z.unknown().optional(),
  input: z.string().default('{}'),
})
const byArn = z.object({ executionArn: z.string().min(1).max(1024) })
const redriving = byArn.extend({ clientToken: z.string().min(1).max(64).optional() })
const stopping = byArn.extend({
  error: z.string().max(256).optional(),
  cause: z.string().max(32_768).optional(),
})
const listing = z.object({
  stateMachineArn: z.string().optional(),
  mapRunArn: z.string().optional(),
  statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
  maxResults: z.int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
})
const history = byArn.extend({
  maxResults: z.int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
  reverseOrder: z.boolean().default(false),
  includeExecutionData: z.boolean().default(true),
})

const missing = (arn: string) => new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`)

function acceptExecutionInput(text: string): unknown {
  const invalid = (why: string) =>
    new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${why}'`)
  if (Buffer.byteLength(text) > dataLimitBytes) throw invalid('the input is larger than 262144 bytes')
  try {
    return JSON.parse(text, mayOverflow.test(text) ? finite : undefined)
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid('the input is not JSON')
    if (error instanceof RangeError) throw invalid(error.message)
    throw error
  }
}

/** Looks like a number above 1.8e308, perhaps inside a string. */
const mayOverflow = /\d[eE]\+?\d{3}|\d{309}/

/** Infinity would be written as null: another input than the one that was sent. */
function finite(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError('a number is too large')
  return value
}

/** What DescribeExecution says, from the first and the last record. */
function describe({ start, end, redrive }: Omit<JournalEnds, 'told'>, redrivable: Redrivability): Json {
  const { execution } = start
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status: end?.status ?? 'RUNNING',
    startDate: new Date(String(execution.startTime)),
    ...(end === undefined ? {} : { stopDate: new Date(end.stopDate) }),
    input: JSON.stringify(execution.input),
    inputDetails: { included: true },
    ...(end === undefined || end.status !== 'SUCCEEDED'
      ? {}
      : { output: JSON.stringify(end.output), outputDetails: { included: true } }),
    ...(end?.error === undefined ? {} : { error: end.error }),
    ...(end?.cause === undefined ? {} : { cause: end.cause }),
    redriveCount: redrive?.count ?? 0,
    ...(redrive === undefined ? {} : { redriveDate: new Date(redrive.date) }),
    ...redrivable,
  }
}

export function executionActions(backend: StatesBackend): Record<string, Action> {
  /** Start and end of an execution, or of a child of a Map run. */
  const ends = async (cloud: Cloud, arn: string) => {
    const { engine } = await backend.running(cloud)
    await engine.started(arn)
    const found = (await engine.ends(arn)) ?? (await childOf(engine, arn))
    if (found === undefined) throw missing(arn)
    return found
  }
  return {
    async StartExecution(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const wanted = acceptInput(starting, input)
      const name = wanted.name === undefined ? randomUUID() : acceptName(wanted.name)
      const { machine, definition, roleArn } = findMachine(
        backend.opened(cloud).machines,
        wanted.stateMachineArn,
      )
      const value = acceptExecutionInput(wanted.input)
      const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${name}`
      if (engine.get(arn) !== undefined) {
        await engine.started(arn)
        const known = engine.get(arn)
        const begun = await engine.ends(arn)
        // The same request again while it runs is the same execution.
        if (
          known?.status === 'RUNNING' &&
          JSON.stringify(begun?.start.execution.input) === JSON.stringify(value)
        ) {
          return { executionArn: arn, startDate: new Date(known.startDate) }
        }
        throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`)
      }
      refuseUnassumable(cloud, roleArn, machine.arn)
      const { startDate } = await engine.start({
        arn,
        name,
        machineArn: machine.arn,
        machineName: machine.name,
        roleArn,
        input: value,
        definition,
      })
      return { executionArn: arn, startDate: new Date(startDate) }
    },

    async DescribeExecution(input, { cloud }) {
      const found = await ends(cloud, acceptInput(byArn, input).executionArn)
      const redrivable = 'records' in found ? childRedrivability : redrivability
      return describe(found, redrivable(found, cloud.now()))
    },

    async DescribeStateMachineForExecution(input, { cloud }) {
      const { executionArn } = acceptInput(byArn, input)
      const { start } = await ends(cloud, executionArn)
      const { execution } = start
      return {
        stateMachineArn: execution.machineArn,
        name: execution.machineName,
        definition: execution.definition,
        roleArn: execution.roleArn,
        updateDate: new Date(String(execution.startTime)),
      }
    },

    async ListExecutions(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const { stateMachineArn, mapRunArn, statusFilter, maxResults, nextToken } = acceptInput(listing, input)
      if (stateMachineArn === undefined && mapRunArn === undefined) {
        throw new AwsError('ValidationException', 'Must specify either a state machine ARN or a Map Run ARN.')
      }
      const all =
        mapRunArn === undefined
          ? engine.list(findMachine(backend.opened(cloud).machines, stateMachineArn ?? '').machine.arn)
          : await backend.children(cloud, mapRunArn)
      const wanted = all.filter(({ status }) => statusFilter === undefined || status === statusFilter)
      const { page, NextToken } = nextPage(wanted, maxResults === 0 ? 100 : maxResults, nextToken)
      return {
        executions: page.map(({ arn, machineArn, name, status, startDate, stopDate }) => ({
          executionArn: arn,
          stateMachineArn: machineArn,
          name,
          status,
          startDate: new Date(startDate),
          ...(stopDate === undefined ? {} : { stopDate: new Date(stopDate) }),
          ...(mapRunArn === undefined ? {} : { mapRunArn }),
        })),
        ...(NextToken === undefined ? {} : { nextToken: NextToken }),
      }
    },

    async StopExecution(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const { executionArn, error, cause } = acceptInput(stopping, input)
      await engine.started(executionArn)
      if (engine.get(executionArn) === undefined) throw missing(executionArn)
      return { stopDate: new Date(await engine.stop(executionArn, error, cause)) }
    },

    async RedriveExecution(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const { executionArn, clientToken } = acceptInput(redriving, input)
      await engine.started(executionArn)
      const found = await ends(cloud, executionArn)
      if (found.end === undefined && clientToken !== undefined && found.redrive?.token === clientToken)
        return { redriveDate: new Date(found.redrive.date) }
      const { redriveStatus, redriveStatusReason } =
        'records' in found ? childRedrivability(found, cloud.now()) : redrivability(found, cloud.now())
      // Looked at again without a pause: of two redrives at once only one comes further.
      if (redriveStatus !== 'REDRIVABLE' || engine.get(executionArn)?.status === 'RUNNING') {
        const reason =
          redriveStatusReason ?? 'Execution is redriven with the execution that holds its Map Run'
        throw new AwsError('ExecutionNotRedrivable', `Execution Not Redrivable: '${reason}'`)
      }
      const { date } = await engine.redrive(executionArn, clientToken)
      return { redriveDate: new Date(date) }
    },

    async GetExecutionHistory(input, { cloud }) {
      const { engine } = await backend.running(cloud)
      const wanted = acceptInput(history, input)
      const { executionArn } = wanted
      const found = await ends(cloud, executionArn)
      const records = 'records' in found ? found.records() : engine.journal(executionArn)
      const events: HistoryEvent[] = []
      for await (const record of records) events.push(...record.events)
      if (wanted.reverseOrder) events.reverse()
      const size = wanted.maxResults === 0 ? 100 : wanted.maxResults
      const { page, NextToken } = nextPage(events, size, wanted.nextToken)
      return {
        events: page.map((event) => apiEvent(event, wanted.includeExecutionData)),
        ...(NextToken === undefined ? {} : { nextToken: NextToken }),
      }
    },
  }
}

const dataFields = new Set([
  'input',
  'output',
  'inputDetails',
  'outputDetails',
  'parameters',
  'assignedVariables',
])

function apiEvent(event: HistoryEvent, includeData: boolean): Json {
  const entries = Object.entries(event).map(([key, value]): [string, unknown] => {
    if (key === 'timestamp') return [key, new Date(event.timestamp)]
    if (includeData || typeof value !== 'object' || value === null) return [key, value]
    return [key, Object.fromEntries(Object.entries(value).filter(([name]) => !dataFields.has(name)))]
  })
  return Object.fromEntries(entries)
}

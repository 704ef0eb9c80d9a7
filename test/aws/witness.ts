/**
 * `npm run test:aws`: asks AWS and the local engine the same, writes down what AWS answered, and tells where they differ.
 * Opt-in, because it needs an account: REGIMEN_AWS_WITNESS=1, credentials, and REGIMEN_AWS_WITNESS_ROLE, the ARN of a
 * role that Step Functions may assume (it needs no permissions). It creates state machines named `regimen-witness-…` and
 * deletes them; a run costs about 200 state transitions and two S3 objects.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { refuseDefinition } from '../../local/states/check-definition.ts'
import { DefinitionRefused } from '../../local/states/definition.ts'
import { runDefinition } from '../../local/states/run-definition.ts'
import { type ExecutionCase, executions, refused } from './cases.ts'
import { compareServices } from './services.ts'

export interface Answer {
  readonly status: string
  readonly output?: unknown
  readonly error?: string | undefined
  readonly cause?: string | undefined
  readonly events?: readonly string[]
}
export interface Comparison {
  readonly what: string
  readonly aws: unknown
  readonly local: unknown
}

const say = (line: string) => process.stdout.write(`${line}\n`)

const missing = [
  process.env.REGIMEN_AWS_WITNESS === '1'
    ? []
    : ['REGIMEN_AWS_WITNESS=1, which says that an account may be used'],
  process.env.AWS_ENDPOINT_URL === undefined
    ? []
    : ['AWS_ENDPOINT_URL to be unset: the witness is AWS, not a stand-in'],
  process.env.REGIMEN_AWS_WITNESS_ROLE === undefined
    ? ['REGIMEN_AWS_WITNESS_ROLE, the ARN of a role that states.amazonaws.com may assume']
    : [],
].flat()
if (missing.length > 0) {
  process.stderr.write(`the witness on AWS did not run; it needs ${missing.join('; and ')}\n`)
  process.exit(2)
}
const roleArn = process.env.REGIMEN_AWS_WITNESS_ROLE ?? ''
const sfn = new SFNClient({})
const account = await new STSClient({}).send(new GetCallerIdentityCommand({})).catch((error: unknown) => {
  process.stderr.write(
    `the witness on AWS did not run; it needs credentials that AWS knows (AWS_PROFILE, or AWS_ACCESS_KEY_ID and its secret): ${error instanceof Error ? error.message || error.name : error}\n`,
  )
  process.exit(2)
})
say(`asking AWS as ${account.Arn}`)

const comparisons: Comparison[] = []
for (const each of executions) comparisons.push(await compareExecution(each))
for (const each of refused) comparisons.push(await compareRefusal(each))
comparisons.push(...(await compareServices(account.Account ?? '')))

const folder = join(import.meta.dirname, 'recordings')
mkdirSync(folder, { recursive: true })
const file = join(folder, `${new Date().toISOString().slice(0, 10)}.json`)
writeFileSync(file, `${JSON.stringify(comparisons, undefined, 2)}\n`)
const differing = comparisons.filter(({ aws, local }) => !isDeepStrictEqual(aws, local))
for (const { what, aws, local } of differing) {
  say(`differs: ${what}\n  AWS    ${JSON.stringify(aws)}\n  local  ${JSON.stringify(local)}`)
}
say(`${comparisons.length} asked, ${differing.length} differ; recorded in ${file}`)
process.exit(differing.length === 0 ? 0 : 1)

async function compareExecution({ name, definition, input = {} }: ExecutionCase): Promise<Comparison> {
  const { status, output, error, cause, events } = await runDefinition(definition, { input })
  const types = events.map(({ type }) => type)
  return {
    what: name,
    aws: await onAws(definition, input),
    local: plain({ status, output, error, cause, events: types }),
  }
}

async function onAws(definition: object, input: unknown): Promise<unknown> {
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({
      name: `regimen-witness-${randomUUID()}`,
      roleArn,
      definition: JSON.stringify(definition),
    }),
  )
  try {
    const { executionArn } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    )
    for (;;) {
      const { status, output, error, cause } = await sfn.send(new DescribeExecutionCommand({ executionArn }))
      if (status === 'RUNNING') {
        await new Promise((resolve) => setTimeout(resolve, 500))
        continue
      }
      const { events = [] } = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }),
      )
      return plain({
        status: status ?? '',
        output: output === undefined ? undefined : JSON.parse(output),
        error,
        cause,
        events: events.map(({ type }) => type ?? ''),
      })
    }
  } finally {
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }))
  }
}

async function compareRefusal({ name, definition }: ExecutionCase): Promise<Comparison> {
  const text = JSON.stringify(definition)
  const { diagnostics = [] } = await sfn.send(new ValidateStateMachineDefinitionCommand({ definition: text }))
  const aws = diagnostics
    .filter(({ severity }) => severity === 'ERROR')
    .map(({ code, message, location }) => `${code}: ${message} at ${location}`)
  return { what: `refused: ${name}`, aws, local: refusal(text) }
}

function refusal(definition: string): readonly string[] {
  try {
    return refuseDefinition(definition)
  } catch (error) {
    if (error instanceof DefinitionRefused) return error.problems
    throw error
  }
}

/** Without the members that are not there, as both would print it. */
function plain(answer: Answer): unknown {
  return JSON.parse(JSON.stringify(answer))
}

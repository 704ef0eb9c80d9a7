/** Step Functions API: creating, changing, describing, listing and deleting state machines. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { nextPage } from '../next-page.ts'
import { type Action, AwsError, type Json } from '../service.ts'
import { checkDefinition, refusals, refuseDefinition } from './check-definition.ts'
import { DefinitionRefused } from './definition.ts'
import { refuseUnassumable, refuseUnmanaged } from './execution-role.ts'
import type { StatesBackend } from './service.ts'
import { acceptName, findMachine, type StateMachine } from './state-machine.ts'

const settings = {
  loggingConfiguration: z.record(z.string(), z.unknown()).optional(),
  tracingConfiguration: z.record(z.string(), z.unknown()).optional(),
  publish: z.boolean().default(false),
  versionDescription: z.string().max(256).optional(),
}
const tagList = z.array(z.object({ key: z.string(), value: z.string() }))
const creation = z.object({
  name: z.unknown(),
  definition: z.string().min(1).max(1_048_576),
  roleArn: z.string().min(1).max(256),
  type: z.literal('STANDARD').default('STANDARD'),
  tags: tagList.default([]),
  ...settings,
})
const change = z.object({
  stateMachineArn: z.string().min(1).max(256),
  definition: z.string().min(1).max(1_048_576).optional(),
  roleArn: z.string().min(1).max(256).optional(),
  ...settings,
})
const byArn = z.object({ stateMachineArn: z.string().min(1).max(256) })
const listing = z.object({
  maxResults: z.int().min(0).max(1000).default(100),
  nextToken: z.string().optional(),
})
const tagging = z.object({
  resourceArn: z.string(),
  tags: tagList.default([]),
  tagKeys: z.array(z.string()).default([]),
})

/** @throws AwsError InvalidDefinition in AWS's form */
function acceptDefinition(definition: string): void {
  const problems = problemsOf(definition)
  if (problems.length === 0) return
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${problems.join(', ')}'`)
}

function problemsOf(definition: string): readonly string[] {
  try {
    return refuseDefinition(definition)
  } catch (error) {
    if (!(error instanceof DefinitionRefused)) throw error
    return error.problems.map((problem) =>
      /^[A-Z_]+: /.test(problem) ? problem : `SCHEMA_VALIDATION_FAILED: ${problem}`,
    )
  }
}

function withVersion(machine: StateMachine, description: string | undefined): StateMachine {
  const number = machine.lastVersion + 1
  return {
    ...machine,
    lastVersion: number,
    versions: [
      ...machine.versions,
      {
        number,
        definition: machine.definition,
        roleArn: machine.roleArn,
        revisionId: machine.revisionId,
        createdAt: machine.updatedAt,
        ...(description === undefined ? {} : { description }),
      },
    ],
  }
}

const versionArn = (machine: StateMachine) => `${machine.arn}:${machine.lastVersion}`
const optional = (name: string, value: unknown): Json => (value === undefined ? {} : { [name]: value })

export function stateMachineActions(backend: StatesBackend): Record<string, Action> {
  return {
    async CreateStateMachine(input, { cloud }) {
      const { machines } = backend.opened(cloud)
      const wanted = acceptInput(creation, input)
      const name = acceptName(wanted.name)
      acceptDefinition(wanted.definition)
      const arn = cloud.arn('states', `stateMachine:${name}`)
      const { definition, roleArn } = wanted
      const existing = machines.get(arn)
      if (existing !== undefined) {
        // The same request again is the same machine; anything else would change what exists.
        if (existing.definition !== definition || existing.roleArn !== roleArn) {
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`)
        }
        return { stateMachineArn: arn, creationDate: new Date(existing.createdAt) }
      }
      refuseUnassumable(cloud, roleArn, arn)
      refuseUnmanaged(cloud, roleArn, definition)
      const now = cloud.now().toISOString()
      const plain: StateMachine = {
        arn,
        name,
        definition,
        roleArn,
        type: wanted.type,
        ...optional('loggingConfiguration', wanted.loggingConfiguration),
        ...optional('tracingConfiguration', wanted.tracingConfiguration),
        tags: Object.fromEntries(wanted.tags.map(({ key, value }) => [key, value])),
        revisionId: randomUUID(),
        createdAt: now,
        updatedAt: now,
        versions: [],
        lastVersion: 0,
      }
      const machine = wanted.publish ? withVersion(plain, wanted.versionDescription) : plain
      machines.put(arn, machine)
      return {
        stateMachineArn: arn,
        creationDate: new Date(now),
        ...(wanted.publish ? { stateMachineVersionArn: versionArn(machine) } : {}),
      }
    },

    async UpdateStateMachine(input, { cloud }) {
      const { machines } = backend.opened(cloud)
      const wanted = acceptInput(change, input)
      const { machine } = findMachine(machines, wanted.stateMachineArn)
      if (wanted.definition !== undefined) acceptDefinition(wanted.definition)
      const role = wanted.roleArn ?? machine.roleArn
      refuseUnassumable(cloud, role, machine.arn)
      refuseUnmanaged(cloud, role, wanted.definition ?? machine.definition)
      const now = cloud.now().toISOString()
      const plain: StateMachine = {
        ...machine,
        ...optional('loggingConfiguration', wanted.loggingConfiguration),
        ...optional('tracingConfiguration', wanted.tracingConfiguration),
        definition: wanted.definition ?? machine.definition,
        roleArn: wanted.roleArn ?? machine.roleArn,
        revisionId: randomUUID(),
        updatedAt: now,
      }
      const updated = wanted.publish ? withVersion(plain, wanted.versionDescription) : plain
      machines.put(machine.arn, updated)
      return {
        updateDate: new Date(now),
        revisionId: updated.revisionId,
        ...(wanted.publish ? { stateMachineVersionArn: versionArn(updated) } : {}),
      }
    },

    async DeleteStateMachine(input, { cloud }) {
      // AWS answers the same whether or not it was there; what runs goes on with its own definition.
      backend.opened(cloud).machines.delete(acceptInput(byArn, input).stateMachineArn)
      return {}
    },

    async DescribeStateMachine(input, { cloud }) {
      const { stateMachineArn } = acceptInput(byArn, input)
      const { machine, definition, roleArn, versionArn } = findMachine(
        backend.opened(cloud).machines,
        stateMachineArn,
      )
      return {
        stateMachineArn: versionArn ?? machine.arn,
        name: machine.name,
        status: 'ACTIVE',
        definition,
        roleArn,
        type: machine.type,
        creationDate: new Date(machine.createdAt),
        loggingConfiguration: machine.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
        tracingConfiguration: machine.tracingConfiguration ?? { enabled: false },
        revisionId: machine.revisionId,
        encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
      }
    },

    async ListStateMachines(input, { cloud }) {
      const { maxResults, nextToken } = acceptInput(listing, input)
      const all = backend
        .opened(cloud)
        .machines.values()
        .sort((a, b) => a.name.localeCompare(b.name))
      const { page, NextToken } = nextPage(all, maxResults === 0 ? 100 : maxResults, nextToken)
      return {
        stateMachines: page.map(({ arn, name, type, createdAt }) => ({
          stateMachineArn: arn,
          name,
          type,
          creationDate: new Date(createdAt),
        })),
        ...optional('nextToken', NextToken),
      }
    },

    async ListStateMachineVersions(input, { cloud }) {
      const { machine } = findMachine(
        backend.opened(cloud).machines,
        acceptInput(byArn, input).stateMachineArn,
      )
      return {
        stateMachineVersions: machine.versions.toReversed().map(({ number, createdAt }) => ({
          stateMachineVersionArn: `${machine.arn}:${number}`,
          creationDate: new Date(createdAt),
        })),
      }
    },

    async ValidateStateMachineDefinition(input) {
      const { definition } = acceptInput(z.object({ definition: z.string() }), input)
      const diagnostics = checkDefinition(definition).map(({ path, rule, message }) => ({
        severity: rule === 'structure' || rule === 'jsonpath' || rule in refusals ? 'ERROR' : 'WARNING',
        code: refusals[rule] ?? rule.toUpperCase().replaceAll('-', '_'),
        message,
        location: path,
      }))
      const failed = diagnostics.some(({ severity }) => severity === 'ERROR')
      return { result: failed ? 'FAIL' : 'OK', diagnostics, truncated: false }
    },

    async TagResource(input, { cloud }) {
      const { machines } = backend.opened(cloud)
      const { resourceArn, tags } = acceptInput(tagging, input)
      const { machine } = findMachine(machines, resourceArn)
      const added = Object.fromEntries(tags.map(({ key, value }) => [key, value]))
      machines.put(machine.arn, { ...machine, tags: { ...machine.tags, ...added } })
      return {}
    },

    async UntagResource(input, { cloud }) {
      const { machines } = backend.opened(cloud)
      const { resourceArn, tagKeys } = acceptInput(tagging, input)
      const { machine } = findMachine(machines, resourceArn)
      const kept = Object.entries(machine.tags).filter(([key]) => !tagKeys.includes(key))
      machines.put(machine.arn, { ...machine, tags: Object.fromEntries(kept) })
      return {}
    },

    async ListTagsForResource(input, { cloud }) {
      const { resourceArn } = acceptInput(tagging, input)
      const { machine } = findMachine(backend.opened(cloud).machines, resourceArn)
      return { tags: Object.entries(machine.tags).map(([key, value]) => ({ key, value })) }
    },
  }
}

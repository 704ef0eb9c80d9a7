/** A state machine as it is kept: its definition, its published versions, and where to find it. */
import * as z from 'zod'
import type { DurableCollection } from '../durable-collection.ts'
import { AwsError } from '../service.ts'

const versionSchema = z.object({
  number: z.int().min(1),
  definition: z.string(),
  roleArn: z.string(),
  revisionId: z.string(),
  description: z.string().optional(),
  createdAt: z.string(),
})

export const stateMachineSchema = z.object({
  arn: z.string(),
  name: z.string(),
  definition: z.string(),
  roleArn: z.string(),
  type: z.literal('STANDARD'),
  loggingConfiguration: z.record(z.string(), z.unknown()).optional(),
  tracingConfiguration: z.record(z.string(), z.unknown()).optional(),
  tags: z.record(z.string(), z.string()),
  revisionId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  versions: z.array(versionSchema),
  /** Numbers are not used twice, whatever is deleted. */
  lastVersion: z.int().min(0),
})
export type StateMachine = z.output<typeof stateMachineSchema>
export type StateMachines = DurableCollection<StateMachine>

/** A machine, or one of its published versions, by ARN. @throws AwsError InvalidArn, StateMachineDoesNotExist */
export function findMachine(
  machines: StateMachines,
  arn: string,
): { machine: StateMachine; definition: string; roleArn: string; versionArn: string | undefined } {
  const match = /^(arn:[^:]+:states:[^:]+:\d+:stateMachine:[^:/]+)(?::(\d+))?$/.exec(arn)
  if (match === null) throw new AwsError('InvalidArn', `Invalid Arn: '${arn}'`)
  const machine = machines.get(match[1] ?? '')
  const number = match[2]
  const version =
    number === undefined ? undefined : machine?.versions.find((item) => item.number === Number(number))
  if (machine === undefined || (number !== undefined && version === undefined)) {
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`)
  }
  return {
    machine,
    definition: version?.definition ?? machine.definition,
    roleArn: version?.roleArn ?? machine.roleArn,
    versionArn: version === undefined ? undefined : arn,
  }
}

/** AWS's rule for names of state machines and executions: 1 to 80 characters, none of those that shells and ARNs use. */
export const entityName = z
  .string()
  .min(1)
  .max(80)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the rule forbids
  .regex(/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]+$/)

/** @throws AwsError InvalidName */
export function acceptName(name: unknown): string {
  const parsed = entityName.safeParse(name)
  if (!parsed.success) throw new AwsError('InvalidName', `Invalid Name: '${String(name)}'`)
  return parsed.data
}

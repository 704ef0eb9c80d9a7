/** Derives a state machine's permissions from what its definition names, so that the two cannot disagree. */
import * as z from 'zod'
import { literalPattern } from './literal-pattern.ts'
import { allow, type Statement } from './policy-document.ts'
import { type DefinitionContext, serviceArn, taskPermissions } from './task-permissions.ts'

const record = z.record(z.string(), z.unknown())
const reader = z.looseObject({ Resource: z.string(), Arguments: record.default({}) })
const flow = z.looseObject({ States: z.record(z.string(), record) })
const state = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Arguments: z.unknown().optional(),
  ItemReader: reader.optional(),
  ResultWriter: reader.optional(),
  ItemProcessor: z
    .looseObject({ ProcessorConfig: z.looseObject({ Mode: z.string() }).optional() })
    .optional(),
  Branches: z.array(z.unknown()).default([]),
})
type State = z.output<typeof state>

/**
 * @param definition parsed Amazon States Language, placeholders filled in
 * @returns statements in the order of the states; `policyDocument` merges what is alike
 * @throws Error when a task's permissions cannot be derived, with the state's name.
 */
export function policyForDefinition(definition: unknown, context: DefinitionContext): readonly Statement[] {
  return Object.entries(flow.parse(definition).States).flatMap(([name, value]) => {
    const parsed = state.parse(value)
    try {
      return [
        ...taskStatements(parsed, context),
        ...mapStatements(parsed, context),
        ...inner(parsed).flatMap((branch) => policyForDefinition(branch, context)),
      ]
    } catch (cause) {
      throw cause instanceof Error && !cause.message.startsWith('state ')
        ? new Error(`state ${name}: ${cause.message}`, { cause })
        : cause
    }
  })
}

function inner({ ItemProcessor, Branches }: State): readonly unknown[] {
  return ItemProcessor === undefined ? Branches : [ItemProcessor, ...Branches]
}

function taskStatements({ Type, Resource, Arguments }: State, context: DefinitionContext) {
  if (Type !== 'Task') return []
  const args = record.safeParse(Arguments ?? {})
  if (Resource === undefined || !args.success)
    throw new Error('a Task needs a Resource and an object of Arguments')
  return taskPermissions(Resource, args.data, context)
}

function mapStatements(parsed: State, context: DefinitionContext): Statement[] {
  const { Type, ItemProcessor, ItemReader, ResultWriter } = parsed
  if (Type !== 'Map') return []
  return [
    ...(ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? childExecutions(context) : []),
    ...(ItemReader === undefined ? [] : readItems(ItemReader.Arguments, ItemReader.Resource, context)),
    ...(ResultWriter === undefined ? [] : writeResults(ResultWriter.Arguments, context)),
  ]
}

/** Items of a Distributed Map are executions of the machine itself. */
function childExecutions(context: DefinitionContext): Statement[] {
  const { stateMachineName } = context
  return [
    allow(['states:StartExecution'], [serviceArn(context, 'states', `stateMachine:${stateMachineName}`)]),
    allow(
      ['states:DescribeExecution', 'states:StopExecution'],
      [serviceArn(context, 'states', `execution:${stateMachineName}:*`)],
    ),
    allow(['states:RedriveExecution'], [serviceArn(context, 'states', `execution:${stateMachineName}/*`)]),
  ]
}

function readItems(
  args: Readonly<Record<string, unknown>>,
  resource: string,
  context: DefinitionContext,
): Statement[] {
  const bucket = bucketArn(args, context)
  if (resource.endsWith(':s3:listObjectsV2'))
    return [
      allow(['s3:ListBucket'], [bucket], {
        StringLike: { 's3:prefix': [`${literalPattern(args.Prefix)}*`] },
      }),
    ]
  if (!resource.endsWith(':s3:getObject')) throw new Error(`unknown item reader: ${resource}`)
  const key = literalPattern(args.Key)
  const keys = key === '*' ? context.itemKeys : [key]
  return [
    allow(
      ['s3:GetObject'],
      keys.map((pattern) => `${bucket}/${pattern}`),
    ),
    allow(['kms:Decrypt'], [context.dataKeyArn]),
  ]
}

function writeResults(args: Readonly<Record<string, unknown>>, context: DefinitionContext): Statement[] {
  const prefix = literalPattern(args.Prefix).replace(/\*$/, '')
  return [
    allow(
      ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
      [`${bucketArn(args, context)}/${prefix}*`],
    ),
    allow(['kms:Decrypt', 'kms:GenerateDataKey'], [context.dataKeyArn]),
  ]
}

function bucketArn(args: Readonly<Record<string, unknown>>, { partition }: DefinitionContext): string {
  const bucket = literalPattern(args.Bucket)
  if (bucket.includes('*')) throw new Error('Bucket must be a literal name, so that the role can name it')
  return `arn:${partition}:s3:::${bucket}`
}

/** The shape of an Amazon States Language definition as the engine reads it, and the refusal of JSONPath. */
import * as z from 'zod'
import { jsonPathProblems } from './query-language.ts'
import { danglingTransitions } from './transitions.ts'

/** JSON in which every string of the form `{% … %}` is an expression. */
const template = z.unknown()
const numberOrExpression = z.union([z.number(), z.string()])

const retrier = z.looseObject({
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().min(1).max(99_999_999).optional(),
  MaxAttempts: z.int().min(0).max(99_999_999).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().min(1).max(31_622_400).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
})
export type Retrier = z.output<typeof retrier>

const catcher = z.looseObject({
  ErrorEquals: z.array(z.string()).min(1),
  Next: z.string(),
  Assign: z.record(z.string(), template).optional(),
  Output: template.optional(),
})
export type Catcher = z.output<typeof catcher>

const common = {
  Comment: z.string().optional(),
  QueryLanguage: z.enum(['JSONata', 'JSONPath']).optional(),
  Assign: z.record(z.string(), template).optional(),
  Output: template.optional(),
}
const flow = { Next: z.string().optional(), End: z.boolean().optional() }
const resilience = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() }

const choiceRule = z.looseObject({
  Condition: z.union([z.string(), z.boolean()]),
  Next: z.string(),
  Assign: z.record(z.string(), template).optional(),
  Output: template.optional(),
})

const passState = z.looseObject({ Type: z.literal('Pass'), ...common, ...flow })
const taskState = z.looseObject({
  Type: z.literal('Task'),
  Resource: z.string(),
  Arguments: template.optional(),
  TimeoutSeconds: numberOrExpression.optional(),
  HeartbeatSeconds: numberOrExpression.optional(),
  Credentials: template.optional(),
  ...common,
  ...flow,
  ...resilience,
})
const choiceState = z.looseObject({
  Type: z.literal('Choice'),
  Choices: z.array(choiceRule).min(1),
  Default: z.string().optional(),
  ...common,
})
const waitState = z.looseObject({
  Type: z.literal('Wait'),
  Seconds: numberOrExpression.optional(),
  Timestamp: z.string().optional(),
  ...common,
  ...flow,
})
const succeedState = z.looseObject({ Type: z.literal('Succeed'), ...common })
const failState = z.looseObject({
  Type: z.literal('Fail'),
  Error: z.string().optional(),
  Cause: z.string().optional(),
  ...common,
})

export interface Flow {
  StartAt: string
  States: Record<string, State>
}
const lazyFlow: z.ZodType<Flow> = z.lazy(() =>
  z.looseObject({ StartAt: z.string(), States: z.record(z.string(), state) }),
)
const parallelState = z.looseObject({
  Type: z.literal('Parallel'),
  Branches: z.array(lazyFlow).min(1),
  Arguments: template.optional(),
  ...common,
  ...flow,
  ...resilience,
})

const itemReader = z.looseObject({
  Resource: z.string(),
  Arguments: template.optional(),
  ReaderConfig: z
    .looseObject({
      InputType: z.enum(['JSON', 'JSONL', 'CSV', 'MANIFEST', 'PARQUET']).optional(),
      MaxItems: numberOrExpression.optional(),
      ItemsPointer: z.string().optional(),
      CSVHeaderLocation: z.enum(['FIRST_ROW', 'GIVEN']).optional(),
      CSVHeaders: z.array(z.string()).optional(),
      CSVDelimiter: z.enum(['COMMA', 'PIPE', 'SEMICOLON', 'SPACE', 'TAB']).optional(),
      Transformation: z.enum(['NONE', 'LOAD_AND_FLATTEN']).optional(),
      ManifestType: z.enum(['S3_INVENTORY', 'ATHENA_DATA']).optional(),
    })
    .optional(),
})
export type ItemReader = z.output<typeof itemReader>
const itemBatcher = z.looseObject({
  MaxItemsPerBatch: numberOrExpression.optional(),
  MaxInputBytesPerBatch: numberOrExpression.optional(),
  BatchInput: template.optional(),
})
export type ItemBatcher = z.output<typeof itemBatcher>
const resultWriter = z.looseObject({
  Resource: z.string().optional(),
  Arguments: template.optional(),
  WriterConfig: z
    .looseObject({
      Transformation: z.enum(['NONE', 'COMPACT', 'FLATTEN']).optional(),
      OutputType: z.enum(['JSON', 'JSONL']).optional(),
    })
    .optional(),
})
export type ResultWriter = z.output<typeof resultWriter>

export interface Processor extends Flow {
  ProcessorConfig?: { Mode?: string | undefined; ExecutionType?: string | undefined } | undefined
}
const processor: z.ZodType<Processor> = z.lazy(() =>
  z.looseObject({
    ProcessorConfig: z
      .looseObject({ Mode: z.string().optional(), ExecutionType: z.string().optional() })
      .optional(),
    StartAt: z.string(),
    States: z.record(z.string(), state),
  }),
)
const mapState = z.looseObject({
  Type: z.literal('Map'),
  Items: z.union([z.array(template), z.string(), z.record(z.string(), template)]).optional(),
  ItemSelector: template.optional(),
  ItemProcessor: processor,
  ItemReader: itemReader.optional(),
  ItemBatcher: itemBatcher.optional(),
  ResultWriter: resultWriter.optional(),
  MaxConcurrency: numberOrExpression.optional(),
  ToleratedFailureCount: numberOrExpression.optional(),
  ToleratedFailurePercentage: numberOrExpression.optional(),
  Label: z.string().optional(),
  ...common,
  ...flow,
  ...resilience,
})

const state = z.discriminatedUnion('Type', [
  passState,
  taskState,
  choiceState,
  waitState,
  succeedState,
  failState,
  parallelState,
  mapState,
])

export type PassState = z.output<typeof passState>
export type TaskState = z.output<typeof taskState>
export type ChoiceState = z.output<typeof choiceState>
export type WaitState = z.output<typeof waitState>
export type SucceedState = z.output<typeof succeedState>
export type FailState = z.output<typeof failState>
export type ParallelState = z.output<typeof parallelState>
export type MapState = z.output<typeof mapState>
export type State =
  | PassState
  | TaskState
  | ChoiceState
  | WaitState
  | SucceedState
  | FailState
  | ParallelState
  | MapState

export interface Machine extends Flow {
  Comment?: string | undefined
  QueryLanguage?: string | undefined
  TimeoutSeconds?: number | undefined
}
const machine: z.ZodType<Machine> = z.looseObject({
  Comment: z.string().optional(),
  QueryLanguage: z.enum(['JSONata', 'JSONPath']).optional(),
  TimeoutSeconds: z.int().min(1).max(99_999_999).optional(),
  StartAt: z.string(),
  States: z.record(z.string(), state),
})

/** A definition that cannot be executed here; `problems` say where and why. */
export class DefinitionRefused extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('; '))
    this.name = 'DefinitionRefused'
    this.problems = problems
  }
}

/**
 * Reads a definition (JSON text or value).
 * @throws DefinitionRefused when it is no JSON, uses JSONPath, misses a field, or names a state that is not there.
 */
export function parseDefinition(source: unknown): Machine {
  const value = typeof source === 'string' ? parseJson(source) : source
  const missing = typeof value === 'object' && value !== null ? missingFields(value) : []
  if (missing.length > 0) {
    throw new DefinitionRefused([`These fields are required: [${missing.join(', ')}] at /`])
  }
  const jsonPath = jsonPathProblems(value)
  if (jsonPath.length > 0) throw new DefinitionRefused(jsonPath)
  const parsed = machine.safeParse(value)
  if (!parsed.success) {
    throw new DefinitionRefused(
      parsed.error.issues.map((issue) => `${issue.message} at /${issue.path.map(String).join('/')}`),
    )
  }
  const dangling = danglingTransitions(parsed.data)
  if (dangling.length > 0) throw new DefinitionRefused(dangling)
  return parsed.data
}

const missingFields = (value: object) => ['States', 'StartAt'].filter((field) => !Object.hasOwn(value, field))

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new DefinitionRefused([
      `the definition is not JSON: ${error instanceof Error ? error.message : error}`,
    ])
  }
}

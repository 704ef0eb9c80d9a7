/** What is said of a function: where its door is, what it costs, and exactly what it may touch. */
import type { Grant } from '../policy-document.ts'
import type { ItemAction } from '../table.ts'

/** Environment variables that a function may ask for beside those of every function. */
export type Variable =
  | 'BUCKET'
  | 'TABLE'
  | 'ENVIRONMENT'
  | 'MODEL_PACKAGE_GROUP_PREFIX'
  | 'TOPIC_ARN'
  | 'STATE_MACHINE_PREFIX'
  /** JSON list of hosts that a download may reach at a private address. */
  | 'PRIVATE_HOSTS'
  /** JSON: project id to the URI of its definition, for who is asked for a run by the project's id. */
  | 'PROJECT_URIS'
  /** JSON: project id to pipeline to the number of its runs that may go at the same time. */
  | 'RUN_LIMITS'
  /** Key of the pseudonyms that stand for direct identifiers; empty where they are kept as they are. */
  | 'PSEUDONYM_KEY'
  /** Digest of all bundles: which program ran. */
  | 'CODE'
  /** What an approved version does, unless its approval says otherwise. */
  | 'ON_APPROVAL'
  /** An MLflow server that runs are sent to as well, or `none`. */
  | 'MLFLOW_TRACKING_URI'

/** What the environment hands out; keys are patterns below the bucket. */
export interface Access {
  read(...keys: readonly string[]): Grant
  write(...keys: readonly string[]): Grant
  list(...prefixes: readonly string[]): Grant
  readTrainingLogs(): Grant
  /** Items of the table, by what is done with them. */
  items(...actions: readonly ItemAction[]): Grant
  /** Its items by their second key. */
  queryIndex(): Grant
  publishAlerts(): Grant
  publishMetrics(): Grant
  startExecutions(): Grant
  lookAtExecutions(): Grant
  listTrials(): Grant
  readModels(): Grant
  listModels(): Grant
  registerModels(): Grant
}

export interface FunctionDefinition {
  /** The file that exports `handler`. */
  readonly entry: string
  readonly description: string
  readonly memoryMegabytes: number
  readonly timeoutSeconds: number
  /** Scratch space below /tmp: a part and what it becomes. @default 512 */
  readonly scratchMegabytes?: number
  /** An event or a schedule calls it, and nobody waits for the answer. @default false */
  readonly asynchronous?: boolean
  /** Reaches hosts outside AWS, and so stands outside the network. @default false */
  readonly internet?: boolean
  /** Names that its code asks for. */
  readonly variables: readonly Variable[]
  grants(access: Access): readonly Grant[]
}

/** Memory of a function with DuckDB or numbers by the million; CPU comes with it (1,769 MB is one whole). */
export const heavy = { memoryMegabytes: 3_008, timeoutSeconds: 900, scratchMegabytes: 2_048 }
export const merging = { memoryMegabytes: 1_769, timeoutSeconds: 600 }
export const light = { memoryMegabytes: 512, timeoutSeconds: 120 }

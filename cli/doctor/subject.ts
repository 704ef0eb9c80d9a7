/** What the doctor examines: an environment's files, the machine that deploys it, and the account, which is only read. */
import type { Configuration } from '../../stacks/configuration.ts'

/** Reads of an AWS account, one per question; each throws what AWS answers. */
export interface Account {
  identity(): Promise<{ readonly accountId: string; readonly arn: string }>
  /** Quota name to value, of the service codes of Service Quotas (`sagemaker`, `lambda`). */
  quotas(service: string): Promise<ReadonlyMap<string, number>>
  /** Function calls at once that nothing else has reserved. */
  lambdaConcurrency(): Promise<number>
  hasImage(registryId: string, repository: string, tag: string): Promise<boolean>
  bucket(name: string): Promise<'absent' | 'ours' | 'not ours or not allowed'>
  isVersioned(bucket: string): Promise<boolean>
  /** State of a key by its id, ARN or alias; `undefined` when there is none. */
  keyState(key: string): Promise<string | undefined>
}

export interface Subject {
  readonly stack: string
  /** Or why the program refuses it. */
  readonly configuration: Configuration | { readonly refused: string }
  /** Instance types that the environment's projects train on. */
  readonly instanceTypes: readonly string[]
  /** `aws:region` of the stack's file. */
  readonly configuredRegion: string | undefined
  /** Where calls go. */
  readonly region: string
  /** Calls go to a local cloud, where no Pulumi is needed. */
  readonly isLocal: boolean
  readonly root: string
  readonly node: string
  /** What `pulumi version` prints; `undefined` when it cannot be started. */
  pulumiVersion(): Promise<string | undefined>
  /** URL of the state backend, as Pulumi chooses it. */
  readonly backend: string | undefined
  /** `secretsprovider` of the stack's file; `passphrase` where it holds a salt. */
  readonly secretsProvider: string | undefined
  readonly hasPassphrase: boolean
  readonly account: Account
}

/** What a service of the local cloud is: its API actions, its Pulumi resource types, and what the cloud gives it. */
import type { IncomingMessage, ServerResponse } from 'node:http'

export type Json = Record<string, unknown>

/** Who calls: the role (or `root`, the laptop's owner) whose access key signed the request. */
export interface Principal {
  readonly arn: string
  readonly accountId: string
  /** Name of the session that a role's keys were handed out for. */
  readonly session?: string
}

export interface Call {
  readonly cloud: Cloud
  readonly principal: Principal
  readonly requestId: string
  readonly signal: AbortSignal
}

/** Names and values of input and output are those of the AWS API; a Date stands for a timestamp, Uint8Array for a blob. */
export type Action = (input: Json, call: Call) => Promise<Json>

/** Applies one Pulumi resource type to the local service, with the outputs that AWS would give. */
export interface ResourceType {
  create(inputs: Json, call: Call): Promise<{ id: string; outputs: Json }>
  /** Absent: every change replaces the resource. */
  update?(id: string, inputs: Json, previous: Json, call: Call): Promise<{ outputs: Json }>
  delete(id: string, state: Json, call: Call): Promise<void>
  /** Inputs whose change replaces the resource instead of updating it. */
  readonly replaceOn?: readonly string[]
}

export interface LocalService {
  /** The name by which requests are signed: `states`, `sagemaker`, `lambda`, `monitoring`, `events`, `sns`, … */
  readonly name: string
  /** API action (as AWS spells it, `CreateTrainingJob`) to what answers it. */
  readonly actions: Readonly<Record<string, Action>>
  /** Pulumi type token to what applies it: `aws:s3/bucket:Bucket`. */
  readonly resources?: Readonly<Record<string, ResourceType>>
  /** For REST protocols: answers the request itself; `false` means "not mine". */
  http?(request: IncomingMessage, response: ServerResponse, call: Call): Promise<boolean>
  /** Called once all services exist: picks up what an earlier process left. */
  start?(cloud: Cloud): Promise<void>
  /** Called before the process ends: flushes, ends workers. */
  stop?(): Promise<void>
}

/** What a service asks before it acts for somebody; where nothing is enforced all answers are yes. */
export interface AccessChecks {
  /** The trust policy lets the service (`states.amazonaws.com`) assume the role on behalf of `sourceArn`. */
  trusts(roleArn: string, service: string, sourceArn: string): boolean
  /** The policy at the resource lets a service act on behalf of `sourceArn`; `otherwise` where none stands there. */
  permits(service: string, action: string, resource: string, sourceArn: string, otherwise: boolean): boolean
  /** The role's policies allow the action. */
  allows(roleArn: string, action: string, resource: string): boolean
}

export interface Cloud {
  readonly endpoint: string
  readonly accountId: string
  readonly region: string
  readonly partition: string
  /** A directory of this service under `.regimen/`, made when first asked for. */
  directory(service: string): string
  /** Calls an action as a client would, without the wire; throws AwsError. */
  call(service: string, action: string, input: Json, principal: Principal): Promise<Json>
  /** The principal and the access key of a role, for workers that act as it. */
  credentials(roleArn: string): { accessKeyId: string; secretAccessKey: string; principal: Principal }
  /** Absent in a cloud without IAM. */
  readonly access?: AccessChecks
  arn(service: string, resource: string): string
  /** Hands an AWS service event to EventBridge's default bus. */
  emit(event: { source: string; detailType: string; detail: Json; resources?: string[] }): void
  now(): Date
  /** One line to the cloud's log (`.regimen/cloud.log`); never a value of a row. */
  log(line: string): void
}

/** An error as AWS answers it: `code` is the `__type`, `status` the HTTP status. */
export class AwsError extends Error {
  readonly code: string
  readonly status: number
  readonly fields: Json

  constructor(code: string, message: string, status = 400, fields: Json = {}) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.fields = fields
  }
}

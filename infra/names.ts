/** Every physical name, explicit and within AWS's limits: what is not named cannot be the same on a laptop. */
import { createHash } from 'node:crypto'
import type { Pipeline } from '../functions/starter/pipeline.ts'
import type { Account } from './account.ts'

/** Longest name in characters that AWS takes, by kind of resource. */
export const nameLimits = {
  bucket: 63,
  function: 64,
  role: 64,
  policy: 128,
  stateMachine: 80,
  table: 255,
  modelPackageGroup: 63,
  topic: 256,
  queue: 80,
  rule: 64,
  schedule: 64,
  alarm: 255,
  layer: 64,
  keyAlias: 256,
  featureGroup: 64,
  trail: 128,
  dashboard: 255,
  connection: 64,
  budget: 100,
  logGroup: 512,
  securityGroup: 255,
  pipeline: 100,
  buildProject: 150,
  endpoint: 63,
  endpointConfiguration: 63,
  model: 63,
} as const
export type NameKind = keyof typeof nameLimits

/**
 * Joins the parts with `-`. A name over the limit keeps its beginning and ends in eight hex digits of its hash, so that
 * two long names stay two.
 */
export function physicalName(kind: NameKind, ...parts: readonly string[]): string {
  const name = parts.join('-')
  const limit = nameLimits[kind]
  if (name.length <= limit) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return `${name.slice(0, limit - 9).replace(/-+$/, '')}-${digest}`
}

/** The names of one environment. */
export class Names {
  readonly environment: string

  constructor(environment: string) {
    this.environment = environment
  }

  /** `regimen-<env>-` and what it is. */
  of(kind: NameKind, ...parts: readonly string[]): string {
    return physicalName(kind, 'regimen', this.environment, ...parts)
  }

  /** What every name of a kind begins with; ARN patterns are built on it. */
  get prefix(): string {
    return `regimen-${this.environment}-`
  }

  bucket({ accountId, region }: Account): string {
    return this.of('bucket', accountId, region)
  }

  logBucket({ accountId, region }: Account): string {
    return this.of('bucket', accountId, region, 'logs')
  }

  auditBucket({ accountId, region }: Account): string {
    return this.of('bucket', accountId, region, 'audit')
  }

  table(): string {
    return physicalName('table', 'regimen', this.environment)
  }

  keyAlias(): string {
    return `alias/${physicalName('keyAlias', 'regimen', this.environment)}`
  }

  stateMachine(project: string, flow: Pipeline): string {
    return this.of('stateMachine', project, flow)
  }

  modelPackageGroup(project: string): string {
    return this.of('modelPackageGroup', project)
  }
}

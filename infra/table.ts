/** The environment's table: catalogue, runs, promotion ledger, alerts and audit in one, moved by conditional writes. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { adopt } from './adoption.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant } from './policy-document.ts'

export interface TableArgs {
  readonly names: Names
  readonly key: Key
  /**
   * Refuse to destroy the stack while it holds it; without it the stack lets go, and the resource stays.
   * @default true
   */
  readonly protect?: boolean
}

export class Table extends pulumi.ComponentResource {
  readonly tableName: string
  readonly arn: pulumi.Output<string>
  readonly #key: Key

  constructor(name: string, args: TableArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Table', name, {}, options)
    const { protect = true } = args
    this.tableName = args.names.table()
    this.#key = args.key
    const attributes = ['pk', 'sk', 'gsi1pk', 'gsi1sk'].map((attribute) => ({ name: attribute, type: 'S' }))
    const table = new aws.dynamodb.Table(
      `${name}-table`,
      {
        name: this.tableName,
        billingMode: 'PAY_PER_REQUEST',
        hashKey: 'pk',
        rangeKey: 'sk',
        attributes,
        globalSecondaryIndexes: [
          { name: 'gsi1', hashKey: 'gsi1pk', rangeKey: 'gsi1sk', projectionType: 'ALL' },
        ],
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true, kmsKeyArn: args.key.arn },
        deletionProtectionEnabled: true,
      },
      { parent: this, protect, retainOnDelete: true, ...adopt(`${name}-table`) },
    )
    this.arn = table.arn
    this.registerOutputs({ tableName: this.tableName, arn: this.arn })
  }

  read(): Grant {
    return this.#items(['dynamodb:GetItem', 'dynamodb:Query'], ['kms:Decrypt'])
  }

  /** Conditional puts and updates; nothing is ever deleted by a function. */
  write(): Grant {
    return this.#items(['dynamodb:PutItem', 'dynamodb:UpdateItem'], ['kms:Decrypt', 'kms:GenerateDataKey'])
  }

  #items(actions: readonly string[], keyActions: readonly string[]): Grant {
    return pulumi
      .all([this.arn, this.#key.arn])
      .apply(([table, key]) => [allow(actions, [table, `${table}/index/gsi1`]), allow(keyActions, [key])])
  }
}

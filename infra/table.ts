/** The environment's table: catalogue, runs, promotion ledger, alerts and audit in one, moved by conditional writes. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import { kept } from './kept.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { allow, type Grant } from './policy-document.ts'

export interface TableArgs {
  readonly names: Names
  readonly key: Key
}

/** Nothing is ever deleted by a function, and nothing is looked for outside a partition. */
export type ItemAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem'

export class Table extends pulumi.ComponentResource {
  readonly tableName: string
  readonly arn: pulumi.Output<string>
  readonly #key: Key

  constructor(name: string, args: TableArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Table', name, {}, options)
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
      { parent: this, ...kept(`${name}-table`) },
    )
    this.arn = table.arn
    this.registerOutputs({ tableName: this.tableName, arn: this.arn })
  }

  items(actions: readonly ItemAction[]): Grant {
    const writes = actions.some((action) => action === 'PutItem' || action === 'UpdateItem')
    const keyActions = ['kms:Decrypt', ...(writes ? ['kms:GenerateDataKey'] : [])]
    return pulumi.all([this.arn, this.#key.arn]).apply(([table, key]) => [
      allow(
        actions.map((action) => `dynamodb:${action}`),
        [table],
      ),
      allow(keyActions, [key]),
    ])
  }

  queryIndex(): Grant {
    return pulumi
      .all([this.arn, this.#key.arn])
      .apply(([table, key]) => [
        allow(['dynamodb:Query'], [`${table}/index/gsi1`]),
        allow(['kms:Decrypt'], [key]),
      ])
  }
}

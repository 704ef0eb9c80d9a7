/** Dataset versions in the table: each is put once, by a condition on its key. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { z } from 'zod'

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
})

export const datasetItem = z.object({
  project: z.string(),
  name: z.string(),
  version: z.string(),
  uri: z.string(),
  fileName: z.string(),
  bytes: z.number(),
  rows: z.number(),
  columns: z.number(),
  sha256: z.string().optional(),
  manifestUri: z.string(),
  /** Trained on in staging and prod only once approved. */
  status: z.enum(['pending', 'approved', 'rejected']),
  requestedBy: z.string(),
  createdAt: z.string(),
})
export type DatasetItem = z.output<typeof datasetItem>

const keyOf = ({ project, name, version }: Pick<DatasetItem, 'project' | 'name' | 'version'>) => ({
  pk: `DATASET#${project}#${name}`,
  sk: `VERSION#${version}`,
})

/** Puts the version, or answers the one that is there: the same content was registered before. */
export async function putDataset(item: DatasetItem, tableName = process.env.TABLE): Promise<DatasetItem> {
  const key = keyOf(item)
  try {
    await table.send(
      new PutCommand({
        TableName: tableName,
        Item: {
          ...key,
          gsi1pk: `DATASETS#${item.project}`,
          gsi1sk: item.createdAt,
          kind: 'dataset',
          ...item,
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    )
    return item
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error
    const known = await table.send(new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true }))
    return datasetItem.parse(known.Item)
  }
}

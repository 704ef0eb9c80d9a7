/** Alerts: each is recorded once and published until its publication is recorded too. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import * as z from 'zod'
import { namedFault } from '../service-fault.ts'
import { getItem, listItems, putNew, tableKeys, updateItem } from '../table-store.ts'

const client = new SNSClient({})

export const alertSchema = z.object({
  project: z.string(),
  runId: z.string(),
  pipeline: z.string(),
  status: z.string(),
  error: z.string().optional(),
  at: z.string(),
  published: z.boolean(),
})
export type Alert = z.output<typeof alertSchema>

/** Newest first. */
export async function listAlerts(project: string, limit = 100): Promise<Alert[]> {
  return await listItems(tableKeys.alerts(project), alertSchema, { limit })
}

/**
 * Records an alert and tells the topic. A crash between the two leaves `published: false`, and the next delivery of
 * the same event publishes: twice at worst, never not at all.
 */
export async function raiseAlert(
  alert: Omit<Alert, 'published'>,
  redrive: number,
  notice: { readonly topicArn: string; readonly subject: string; readonly message: string },
): Promise<'published' | 'published before'> {
  const key = tableKeys.alert(alert.project, alert.at, alert.runId, redrive)
  const added = await putNew(key, { ...alert, published: false })
  if (!added && (await getItem(key, alertSchema))?.published === true) return 'published before'
  const command = new PublishCommand({
    TopicArn: notice.topicArn,
    Subject: notice.subject,
    Message: notice.message,
  })
  await client.send(command).catch((error: unknown) => {
    throw namedFault(error, 'the alert could not be published')
  })
  await updateItem(key, { set: { published: true } })
  return 'published'
}

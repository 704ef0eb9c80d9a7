/** Dashboards: kept and answered; CloudWatch's console draws them on AWS. */
import { join } from 'node:path'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { DurableCollection } from '../durable-collection.ts'
import { AwsError, type Cloud, type Json } from '../service.ts'
import { codes } from './put-metric-data.ts'

const dashboardSchema = z.object({
  name: z.string(),
  arn: z.string(),
  body: z.string(),
  modifiedAt: z.string(),
})
type Dashboards = DurableCollection<z.output<typeof dashboardSchema>>

export const openDashboards = (cloud: Cloud): Dashboards =>
  new DurableCollection(join(cloud.directory('monitoring'), 'dashboards'), dashboardSchema)

const request = z.object({
  DashboardName: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9_-]+$/),
  DashboardBody: z.string(),
})

export function putDashboard(input: Json, cloud: Cloud, dashboards: Dashboards): Json {
  const { DashboardName: name, DashboardBody: body } = acceptInput(request, input, codes.shape)
  try {
    JSON.parse(body)
  } catch {
    throw new AwsError('InvalidParameterInput', 'The field DashboardBody must be a valid JSON object')
  }
  // Dashboards belong to the account, not to a region.
  const arn = `arn:${cloud.partition}:cloudwatch::${cloud.accountId}:dashboard/${name}`
  dashboards.put(name, { name, arn, body, modifiedAt: cloud.now().toISOString() })
  return { DashboardValidationMessages: [] }
}

export function getDashboard(input: Json, dashboards: Dashboards): Json {
  const found = typeof input.DashboardName === 'string' ? dashboards.get(input.DashboardName) : undefined
  if (found === undefined)
    throw new AwsError('ResourceNotFound', `Dashboard ${String(input.DashboardName)} does not exist`, 404)
  return { DashboardArn: found.arn, DashboardName: found.name, DashboardBody: found.body }
}

export function listDashboards(dashboards: Dashboards): Json {
  return {
    DashboardEntries: dashboards.values().map(({ name, arn, body, modifiedAt }) => ({
      DashboardName: name,
      DashboardArn: arn,
      LastModified: new Date(modifiedAt),
      Size: Buffer.byteLength(body),
    })),
  }
}

export function deleteDashboards(input: Json, dashboards: Dashboards): Json {
  for (const name of z.array(z.string()).parse(input.DashboardNames ?? [])) dashboards.delete(name)
  return {}
}

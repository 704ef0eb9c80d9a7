/** The local Service Quotas: what the doctor asks for, with generous values, since a laptop has no quotas. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { AwsError, type LocalService } from '../service.ts'

const instanceTypes = ['m5.large', 'm5.xlarge', 'm5.2xlarge', 'm5.4xlarge', 'c5.xlarge', 'c5.2xlarge']
const uses = ['training job usage', 'spot training job usage']

/** Service code to the names and values of its quotas; codes of quotas are told by no client of ours. */
const quotas: Readonly<Record<string, readonly (readonly [name: string, value: number])[]>> = {
  sagemaker: instanceTypes.flatMap((type) => uses.map((use) => [`ml.${type} for ${use}`, 20] as const)),
  lambda: [['Concurrent executions', 1_000]],
}

const request = z.object({
  ServiceCode: z.string().min(1).max(63),
  MaxResults: z.int().min(1).max(100).default(100),
  NextToken: z.string().regex(/^\d+$/).optional(),
})

export function serviceQuotasService(): LocalService {
  return {
    name: 'servicequotas',
    actions: {
      async ListServiceQuotas(input) {
        const { ServiceCode, MaxResults, NextToken } = acceptInput(request, input, 'IllegalArgumentException')
        const all = quotas[ServiceCode]
        if (all === undefined)
          throw new AwsError(
            'NoSuchResourceException',
            `The request failed because ${ServiceCode} is unknown`,
          )
        const from = Number(NextToken ?? 0)
        const page = all.slice(from, from + MaxResults)
        const next = from + page.length
        return {
          Quotas: page.map(([QuotaName, Value]) => ({ ServiceCode, QuotaName, Value, Adjustable: true })),
          ...(next < all.length ? { NextToken: String(next) } : {}),
        }
      },
    },
  }
}

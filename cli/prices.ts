/**
 * List prices of what an environment and its runs use, US dollars, without free tier and discounts. Each names AWS's page for
 * it; which of them were looked up, and where, each says. An estimate, not an invoice.
 */
export const pricesAsOf = { region: 'us-east-1', date: '2026' } as const

interface Price {
  readonly dollars: number
  /** What one of it is. */
  readonly per: string
  readonly source: string
  /** Where a stored copy of a page said so, and when that was looked up; absent: recalled, not looked up. */
  readonly confirmed?: Confirmation
}

interface Confirmation {
  readonly on: string
  readonly at: string
  /** What the page prices, where it is not quite the same. */
  readonly of?: string
}

const on = '2026-11-21'
const lambdaGuide = { on, at: 'https://cloudchipr.com/blog/aws-lambda-pricing' }
/** What AWS's Price List Query API answered for us-east-1 on 2026-08-11, each with its SKU. */
const priceListAnswers = {
  on,
  at: 'https://github.com/SatsyilCorp/compass-demo/blob/5cbcc75b8804f3f227880df5724ea10b984dab0e/src/common/python/compass_common/aws_prices_us_east_1.json',
}
/** The same, for a training on one instance: usage type USE1-Train:ml.m5.large. */
const trainingAnswer = {
  on,
  at: 'https://github.com/SatsyilCorp/compass-demo/blob/0b353753da77f21e9d1f4c4f99087b4118b80ec5/docs/COST_MODEL.md',
}
/** What the Price List API answered for us-east-1 on 2026-09-24; ml.m5.large costs there what a training on it costs. */
const studioAnswers = {
  on,
  at: 'https://github.com/cloud-architect-ky/av3.0-blueprint-lab/blob/189af6d4e7ae294409d2baee3abe25f86d46fd36/scripts/av30_instance_rates.py',
  of: 'the instance in Studio',
}
const cloudwatchGuide = {
  on,
  at: 'https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards',
}

const page = (path: string) => `https://aws.amazon.com/${path}/pricing/`
const hour = 'hour of one instance'
const training = (dollars: number, confirmed: Confirmation) => ({
  ...{ dollars, confirmed },
  ...{ per: hour, source: page('sagemaker') },
})

export const priceList = {
  lambdaGigabyteSecond: {
    dollars: 0.0000133334,
    per: 'GB-second on arm64',
    source: page('lambda'),
    confirmed: priceListAnswers,
  },
  lambdaGigabyteSecondX86: {
    dollars: 0.0000166667,
    per: 'GB-second on x86_64',
    source: page('lambda'),
    confirmed: lambdaGuide,
  },
  lambdaRequest: {
    dollars: 0.0000002,
    per: 'call',
    source: page('lambda'),
    confirmed: priceListAnswers,
  },
  lambdaScratchGigabyteSecond: {
    dollars: 0.0000000309,
    per: 'GB-second of scratch space beyond 512 MB',
    source: page('lambda'),
  },
  stateTransition: {
    dollars: 0.000025,
    per: 'transition (Standard)',
    source: page('step-functions'),
    confirmed: priceListAnswers,
  },
  key: {
    dollars: 1,
    per: 'key and month, before its first rotation',
    source: page('kms'),
    confirmed: priceListAnswers,
  },
  alarm: {
    dollars: 0.1,
    per: 'metric of an alarm and month',
    source: page('cloudwatch'),
    confirmed: priceListAnswers,
  },
  dashboard: {
    dollars: 3,
    per: 'dashboard and month',
    source: page('cloudwatch'),
    confirmed: cloudwatchGuide,
  },
  logGigabyteMonth: {
    dollars: 0.03,
    per: 'GB of logs and month',
    source: page('cloudwatch'),
    confirmed: { on, at: 'https://c3x.dev/blog/cloudwatch-logs-cost-optimization' },
  },
  storageGigabyteMonth: {
    dollars: 0.023,
    per: 'GB and month (S3 Standard)',
    source: page('s3'),
    confirmed: priceListAnswers,
  },
  tableGigabyteMonth: {
    dollars: 0.25,
    per: 'GB and month',
    source: page('dynamodb/on-demand'),
    confirmed: priceListAnswers,
  },
  tableBackupGigabyteMonth: {
    dollars: 0.2,
    per: 'GB and month of point-in-time recovery',
    source: page('dynamodb/on-demand'),
    confirmed: { on, at: 'https://finops.com.py/services/dynamodb/backups' },
  },
  onlineFeatureGigabyteMonth: {
    dollars: 0.45,
    per: 'GB and month of the online store',
    source: page('sagemaker'),
  },
  interfaceEndpointHour: {
    dollars: 0.01,
    per: 'hour and availability zone',
    source: page('privatelink'),
    confirmed: { on, at: 'https://awsnegotiations.com/privatelink-cost-analysis.html' },
  },
  'ml.m5.large': training(0.115, trainingAnswer),
  'ml.m5.xlarge': training(0.23, studioAnswers),
  'ml.m5.2xlarge': training(0.461, studioAnswers),
  'ml.m5.4xlarge': training(0.922, studioAnswers),
  'ml.c5.xlarge': training(0.204, studioAnswers),
  'ml.c5.2xlarge': training(0.408, studioAnswers),
} as const satisfies Readonly<Record<string, Price>>

export type PriceName = keyof typeof priceList

export function priceOf(name: PriceName): number {
  return priceList[name].dollars
}

/** Whether a page was seen that says so. */
export function isConfirmed(name: PriceName): boolean {
  return 'confirmed' in priceList[name]
}

/** The names of those that no page was seen to say. */
export const recalledPrices: readonly string[] = Object.entries<Price>(priceList).flatMap(
  ([name, { confirmed }]) => (confirmed === undefined ? [name] : []),
)

/** The names of those that were looked up for something that is not quite the same, by what that is. */
export const likePrices: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Map.groupBy(Object.entries<Price>(priceList), ([, { confirmed }]) => confirmed?.of ?? '')
    .entries()
    .filter(([of]) => of !== '')
    .map(([of, found]) => [of, found.map(([name]) => name)]),
)

/** US dollars per hour, by instance type; `undefined` for one that is not in the list. */
export function trainingHourPrice(instanceType: string): number | undefined {
  const found = Object.entries<Price>(priceList).find(([name]) => name === instanceType)?.[1]
  return found?.per === hour ? found.dollars : undefined
}

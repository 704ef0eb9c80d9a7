/**
 * List prices of what a run uses, US dollars, us-east-1, without free tier and discounts, as AWS's price pages for
 * Lambda (arm64), Step Functions (Standard) and SageMaker (training) gave them in 2025. An estimate, not an invoice.
 */
export const prices = {
  /** Lambda on arm64, per GB-second and per request. */
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.0000002,
  /** Step Functions Standard, per state transition. */
  stateTransition: 0.000025,
  /** SageMaker training, per hour, by instance type. */
  trainingHour: {
    'ml.m5.large': 0.115,
    'ml.m5.xlarge': 0.23,
    'ml.m5.2xlarge': 0.461,
    'ml.m5.4xlarge': 0.922,
    'ml.c5.xlarge': 0.204,
    'ml.c5.2xlarge': 0.408,
  } as Readonly<Record<string, number>>,
} as const

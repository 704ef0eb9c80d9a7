/** Tells people before a month costs more than it should. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Names } from './names.ts'

export interface BudgetArgs {
  readonly names: Names
  /** US dollars a month, of the whole account: a budget by tag counts only tags that were activated for billing. */
  readonly monthlyDollars: number
  /** At most ten, as AWS Budgets takes them. */
  readonly emails: readonly string[]
}

export class Budget extends pulumi.ComponentResource {
  constructor(name: string, args: BudgetArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Budget', name, {}, options)
    const notice = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      comparisonOperator: 'GREATER_THAN',
      notificationType,
      threshold,
      thresholdType: 'PERCENTAGE',
      subscriberEmailAddresses: args.emails.slice(0, 10),
    })
    new aws.budgets.Budget(
      `${name}-budget`,
      {
        name: args.names.of('budget', 'monthly'),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        limitAmount: String(args.monthlyDollars),
        limitUnit: 'USD',
        notifications: [notice('ACTUAL', 80), notice('FORECASTED', 100)],
      },
      { parent: this },
    )
    this.registerOutputs({})
  }
}

/** Who hears of alarms and failures beyond the topic: e-mail addresses, a Slack channel, PagerDuty. */
import * as aws from '@pulumi/aws'
import * as pulumi from '@pulumi/pulumi'
import type { Account } from './account.ts'
import { ApiDestination } from './api-destination.ts'
import type { DeadLetterQueue } from './dead-letter-queue.ts'
import type { Key } from './key.ts'
import type { Names } from './names.ts'
import { stateMachineArn } from './state-machine-arn.ts'
import type { Topic } from './topic.ts'

export interface NotificationsArgs {
  readonly names: Names
  readonly account: Account
  readonly key: Key
  readonly topic: Topic
  readonly deadLetters: DeadLetterQueue
  readonly emails: readonly string[]
  /** @default no Slack */
  readonly slack?: { readonly channel: string; readonly token: pulumi.Input<string> }
  /** Routing key of the Events API v2. @default no PagerDuty */
  readonly pagerDuty?: pulumi.Input<string>
}

export class Notifications extends pulumi.ComponentResource {
  constructor(name: string, args: NotificationsArgs, options?: pulumi.ComponentResourceOptions) {
    super('regimen:infra:Notifications', name, {}, options)
    const child = { parent: this }
    for (const [at, endpoint] of args.emails.entries())
      new aws.sns.TopicSubscription(
        `${name}-email-${at}`,
        { topic: args.topic.arn, protocol: 'email', endpoint },
        child,
      )
    const patterns = patternsOf(args)
    if (args.slack !== undefined)
      new ApiDestination(
        `${name}-slack`,
        {
          ...args,
          label: 'slack',
          endpoint: 'https://slack.com/api/chat.postMessage',
          header: { name: 'Authorization', value: pulumi.interpolate`Bearer ${args.slack.token}` },
          patterns,
          transformers: slackTexts(args.slack.channel),
        },
        child,
      )
    if (args.pagerDuty !== undefined)
      new ApiDestination(
        `${name}-pagerduty`,
        {
          ...args,
          label: 'pagerduty',
          endpoint: 'https://events.pagerduty.com/v2/enqueue',
          // The routing key in the body decides; a connection must send some header.
          header: { name: 'X-Regimen-Environment', value: args.names.environment },
          secretBody: { name: 'routing_key', value: args.pagerDuty },
          patterns,
          transformers: pagerDutyIncidents,
        },
        child,
      )
    this.registerOutputs({})
  }
}

/** Names and states only: nothing of what a run worked on. */
function patternsOf({ names, account }: NotificationsArgs) {
  return {
    alarms: alarmsThatAre('ALARM', names),
    recoveries: alarmsThatAre('OK', names),
    executions: {
      source: ['aws.states'],
      'detail-type': ['Step Functions Execution Status Change'],
      detail: {
        status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
        stateMachineArn: [{ prefix: stateMachineArn(account, names.prefix) }],
      },
    },
  }
}

const alarmsThatAre = (state: 'ALARM' | 'OK', names: Names) => ({
  source: ['aws.cloudwatch'],
  'detail-type': ['CloudWatch Alarm State Change'],
  detail: { alarmName: [{ prefix: names.prefix }], state: { value: [state] } },
})

const alarmPaths = { name: '$.detail.alarmName', state: '$.detail.state.value' }
const executionPaths = {
  name: '$.detail.name',
  state: '$.detail.status',
  machine: '$.detail.stateMachineArn',
}

const slackTexts = (channel: string) => ({
  alarms: { paths: alarmPaths, template: `{"channel": "${channel}", "text": "<name> is <state>"}` },
  recoveries: { paths: alarmPaths, template: `{"channel": "${channel}", "text": "<name> is <state> again"}` },
  executions: {
    paths: executionPaths,
    template: `{"channel": "${channel}", "text": "execution <name> of <machine> is <state>"}`,
  },
})

const pagerDutyIncidents = {
  recoveries: { paths: alarmPaths, template: '{"event_action": "resolve", "dedup_key": "<name>"}' },
  alarms: {
    paths: alarmPaths,
    template:
      '{"event_action": "trigger", "dedup_key": "<name>", "payload": {"summary": "<name> is <state>", "source": "<name>", "severity": "error"}}',
  },
  executions: {
    paths: executionPaths,
    template:
      '{"event_action": "trigger", "dedup_key": "<name>", "payload": {"summary": "execution <name> of <machine> is <state>", "source": "<machine>", "severity": "error"}}',
  },
}

/** EventBridge on the laptop: rules over the events of this cloud, delivered at least once. */
import { join } from 'node:path'
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { DurableCollection } from '../durable-collection.ts'
import { nextPage } from '../next-page.ts'
import { AwsError, type Cloud, type Json, type LocalService } from '../service.ts'
import { Deliveries } from './delivery.ts'
import { putEvents } from './put-events.ts'
import { busName, putRule, putTargets } from './put-rule.ts'
import { eventRuleResource, eventTargetResource } from './resources.ts'
import { describeRule, findRule, ruleId, ruleSchema } from './rule.ts'

const named = z.object({ Name: z.string().min(1).max(64), EventBusName: busName })
const ofRule = z.object({
  Rule: z.string().min(1).max(64),
  EventBusName: busName,
  Limit: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
})
const removal = z.object({
  Rule: z.string().min(1).max(64),
  EventBusName: busName,
  Ids: z.array(z.string()).min(1).max(100),
})
const listing = z.object({
  NamePrefix: z.string().optional(),
  EventBusName: busName,
  Limit: z.int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
})

function open(cloud: Cloud) {
  const rules = new DurableCollection(join(cloud.directory('events'), 'rules'), ruleSchema)
  return { rules, deliveries: new Deliveries(cloud) }
}

export function eventsService(): LocalService {
  let opened: ReturnType<typeof open> | undefined
  const state = ({ cloud }: { cloud: Cloud }) => {
    opened ??= open(cloud)
    return opened
  }
  return {
    name: 'events',
    actions: {
      PutRule: async (input, call) => putRule(input, call, state(call).rules),
      PutTargets: async (input, call) => putTargets(input, call, state(call).rules),
      async RemoveTargets(input, call) {
        const { rules } = state(call)
        const { Rule, EventBusName, Ids } = acceptInput(removal, input)
        const rule = findRule(rules, EventBusName, Rule)
        const targets = rule.targets.filter(({ Id }) => !Ids.includes(Id))
        rules.put(ruleId(rule.bus, rule.name), { ...rule, targets })
        return { FailedEntryCount: 0, FailedEntries: [] }
      },
      async DeleteRule(input, call) {
        const { rules } = state(call)
        const { Name, EventBusName } = acceptInput(named, input)
        const rule = rules.get(ruleId(EventBusName, Name))
        if (rule !== undefined && rule.targets.length > 0)
          throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.")
        // Deleting what is not there is no error.
        rules.delete(ruleId(EventBusName, Name))
        return {}
      },
      async DescribeRule(input, call) {
        const { Name, EventBusName } = acceptInput(named, input)
        return describeRule(findRule(state(call).rules, EventBusName, Name))
      },
      async ListRules(input, call): Promise<Json> {
        const filter = acceptInput(listing, input)
        const found = state(call)
          .rules.values()
          .filter(({ bus, name }) => bus === filter.EventBusName && name.startsWith(filter.NamePrefix ?? ''))
          .sort((a, b) => (a.name < b.name ? -1 : 1))
        const { page, ...more } = nextPage(found, filter.Limit, filter.NextToken)
        return { Rules: page.map(describeRule), ...more }
      },
      async ListTargetsByRule(input, call): Promise<Json> {
        const { Rule, EventBusName, Limit, NextToken } = acceptInput(ofRule, input)
        const { targets } = findRule(state(call).rules, EventBusName, Rule)
        const { page, ...more } = nextPage(targets, Limit, NextToken)
        return { Targets: page, ...more }
      },
      async PutEvents(input, call) {
        const { rules, deliveries } = state(call)
        return putEvents(input, call, rules, deliveries)
      },
    },
    resources: {
      'aws:cloudwatch/eventRule:EventRule': eventRuleResource,
      'aws:cloudwatch/eventTarget:EventTarget': eventTargetResource,
    },
    start: async (cloud) => state({ cloud }).deliveries.resume(),
    stop: async () => opened?.deliveries.stop(),
  }
}

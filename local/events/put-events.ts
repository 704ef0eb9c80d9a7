/** PutEvents: events onto the bus, and from there to the targets of the rules that they fit. */
import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { acceptInput, timestamp } from '../accept-input.ts'
import { ownerPrincipal } from '../owner-principal.ts'
import type { Call, Cloud, Json } from '../service.ts'
import type { Deliveries } from './delivery.ts'
import { matchesPattern, parsePattern } from './event-pattern.ts'
import type { Rules } from './rule.ts'
import { targetInput } from './target-input.ts'

interface BusEvent {
  readonly source: string
  readonly detailType: string
  readonly detail: Json
  readonly resources?: readonly string[] | undefined
  readonly time?: Date | undefined
}

const request = z.object({
  Entries: z
    .array(
      z.object({
        Source: z.string().optional(),
        DetailType: z.string().optional(),
        Detail: z.string().optional(),
        Resources: z.array(z.string()).default([]),
        Time: timestamp.optional(),
        EventBusName: z.string().default('default'),
      }),
    )
    .min(1)
    .max(10),
})

/** Sources `aws.*` belong to AWS's services, which here act as the laptop's owner; a role may not send them. */
export function putEvents(input: Json, call: Call, rules: Rules, deliveries: Deliveries): Json {
  const { cloud, principal } = call
  const isService = principal.arn === ownerPrincipal(cloud).arn
  const results = acceptInput(request, input).Entries.map((entry) => {
    const { Source: source, DetailType: detailType, Detail: text } = entry
    if (source === undefined || source === '') return missing('Source')
    if (detailType === undefined || detailType === '') return missing('DetailType')
    if (text === undefined) return missing('Detail')
    if (source.startsWith('aws.') && !isService)
      return {
        ErrorCode: 'NotAuthorizedForSourceException',
        ErrorMessage: 'Not authorized for the source.',
      }
    const detail = z.record(z.string(), z.unknown()).safeParse(tryParse(text))
    if (!detail.success) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
    const event = { source, detailType, detail: detail.data, resources: entry.Resources, time: entry.Time }
    return { EventId: route(event, entry.EventBusName, cloud, rules, deliveries) }
  })
  return {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  }
}

/** Hands the event to the targets of every rule whose pattern it fits; answers the event's id. */
function route(event: BusEvent, bus: string, cloud: Cloud, rules: Rules, deliveries: Deliveries): string {
  const ingestionTime = cloud.now().toISOString()
  const envelope = {
    version: '0',
    id: randomUUID(),
    'detail-type': event.detailType,
    source: event.source,
    account: cloud.accountId,
    time: (event.time ?? cloud.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: cloud.region,
    resources: event.resources ?? [],
    detail: event.detail,
  }
  for (const rule of rules.values()) {
    if (rule.bus !== bus || rule.state !== 'ENABLED') continue
    if (!matchesPattern(parsePattern(rule.pattern), envelope)) continue
    const origin = { ruleName: rule.name, ruleArn: rule.arn, ingestionTime }
    for (const target of rule.targets)
      deliveries.add(rule.name, target, targetInput(target, envelope, origin))
  }
  return envelope.id
}

const missing = (parameter: string) => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${parameter} is not valid. Reason: ${parameter} is a required argument.`,
})

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

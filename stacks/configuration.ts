/** Reads a stack's configuration by the table of settings: a wrong value stops the preview, by name. */
import type { z } from 'zod'
import { type Setting, type SettingName, settings } from './settings.ts'

export type Configuration = {
  readonly environment: string
  readonly duckdbPlatform: 'linux-arm64' | 'linux-x64' | 'host'
} & {
  readonly [Name in Exclude<
    SettingName,
    'duckdbPlatform' | 'slackToken' | 'pagerDutyRoutingKey' | 'pseudonymKey' | 'mlflowTrackingUri'
  >]: z.output<(typeof settings)[Name]['schema']>
}

/**
 * @param stack the stack's name, which is the environment's
 * @param get the text of a key of the program's namespace (lists are JSON), undefined when it is not set
 * @param known ids of the projects that there are
 * @param given the keys that are set, without the namespace
 * @throws Error with the key, the value, and what is allowed
 */
export function readConfiguration(
  stack: string,
  get: (key: string) => string | undefined,
  known: readonly string[],
  given: readonly string[] = [],
): Configuration {
  if (!/^[a-z][a-z0-9]{1,11}$/.test(stack))
    throw new Error(
      refusal('the stack', stack, '2 to 12 characters a-z and 0-9, first a letter', 'rename it'),
    )
  const names = Object.keys(settings)
  const stray = given.find((key) => !names.includes(key))
  if (stray !== undefined)
    throw new Error(
      refusal(`regimen:${stray}`, 'an unknown key', `one of ${names.join(', ')}`, correct(stack)),
    )
  const read = <Schema extends z.ZodType>(name: SettingName, setting: Setting<Schema>) =>
    readSetting(stack, name, setting, get(name))
  const chosen = read('projects', settings.projects)
  const unknown = chosen.find((id) => !known.includes(id))
  if (unknown !== undefined)
    throw new Error(refusal('regimen:projects', unknown, `ids among ${known.join(', ')}`, correct(stack)))
  const needs = (name: SettingName, wanted: boolean, by: string) => {
    if (wanted && !given.includes(name) && get(name) === undefined)
      throw new Error(
        refusal(
          `regimen:${name}`,
          'nothing',
          `${settings[name].expected}, which ${by} needs`,
          correct(stack),
        ),
      )
  }
  const architecture = read('architecture', settings.architecture)
  const delivery = read('delivery', settings.delivery)
  const slackChannel = read('slackChannel', settings.slackChannel)
  const monthlyBudgetDollars = read('monthlyBudgetDollars', settings.monthlyBudgetDollars)
  needs('deliveryRepository', delivery !== 'none', 'regimen:delivery')
  for (const name of ['deliveryConnection', 'deliveryBackend'] as const)
    needs(name, delivery === 'codepipeline', 'regimen:delivery')
  needs('slackToken', slackChannel !== undefined, 'regimen:slackChannel')
  needs('alertEmails', monthlyBudgetDollars !== undefined, 'regimen:monthlyBudgetDollars')
  const network = read('network', settings.network)
  const endpoints = read('endpoints', settings.endpoints)
  const homeless = Object.keys(endpoints).find((id) => !chosen.includes(id))
  if (homeless !== undefined)
    throw new Error(refusal('regimen:endpoints', homeless, `ids among ${chosen.join(', ')}`, correct(stack)))
  if (Object.keys(endpoints).length > 0 && network !== 'vpc')
    throw new Error(refusal('regimen:network', network, 'vpc, which regimen:endpoints needs', correct(stack)))
  return {
    environment: stack,
    projects: [...new Set(chosen)],
    partBytes: read('partBytes', settings.partBytes),
    mapConcurrency: read('mapConcurrency', settings.mapConcurrency),
    logRetentionDays: read('logRetentionDays', settings.logRetentionDays),
    network,
    replication: read('replication', settings.replication),
    endpoints,
    privateHosts: read('privateHosts', settings.privateHosts),
    architecture,
    duckdbPlatform:
      read('duckdbPlatform', settings.duckdbPlatform) ??
      (architecture === 'arm64' ? 'linux-arm64' : 'linux-x64'),
    audit: read('audit', settings.audit),
    auditRetentionDays: read('auditRetentionDays', settings.auditRetentionDays),
    onApproval: read('onApproval', settings.onApproval),
    people: read('people', settings.people),
    peoplePrincipals: read('peoplePrincipals', settings.peoplePrincipals),
    maxRunAgeDays: read('maxRunAgeDays', settings.maxRunAgeDays),
    alertEmails: read('alertEmails', settings.alertEmails),
    slackChannel,
    monthlyBudgetDollars,
    delivery,
    deliveryRepository: read('deliveryRepository', settings.deliveryRepository),
    deliveryProvider: read('deliveryProvider', settings.deliveryProvider),
    deliveryConnection: read('deliveryConnection', settings.deliveryConnection),
    deliveryBackend: read('deliveryBackend', settings.deliveryBackend),
    deliveryBranch: read('deliveryBranch', settings.deliveryBranch),
    deliveryChain: read('deliveryChain', settings.deliveryChain),
    featureGroups: read('featureGroups', settings.featureGroups),
    dashboards: read('dashboards', settings.dashboards),
  }
}

function readSetting<Schema extends z.ZodType>(
  stack: string,
  name: string,
  { schema, expected, structured = false }: Setting<Schema>,
  text: string | undefined,
): z.output<Schema> {
  const result = schema.safeParse(structured ? parsed(text) : text)
  if (result.success) return result.data
  throw new Error(refusal(`regimen:${name}`, text ?? 'nothing', expected, correct(stack)))
}

/** A text that is no JSON stays a text, and the schema refuses it. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const correct = (stack: string) => `correct it in Pulumi.${stack}.yaml`

function refusal(key: string, got: string, expected: string, remedy: string): string {
  return `${key}: got ${got}; expected ${expected}; ${remedy}`
}

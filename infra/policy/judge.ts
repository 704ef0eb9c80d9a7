/** Judges a graph by the rules: what is found, what of it is waived, and which waivers nothing needs. */
import type { Waiver } from '../waivers.ts'
import type { Graph, GraphResource } from './graph.ts'
import type { Finding, Rule } from './rule.ts'

export interface Violation extends Finding {
  readonly rule: string
  readonly type: string
  readonly name: string
  readonly urn: string
}

export interface Waived extends Violation {
  readonly reason: string
  readonly owner: string
}

export interface Judgement {
  readonly findings: readonly Violation[]
  readonly waived: readonly Waived[]
  /** Waivers that match nothing in this graph. */
  readonly unused: readonly Waiver[]
}

export function judge(graph: Graph, rules: readonly Rule[], waivers: readonly Waiver[]): Judgement {
  const findings: Violation[] = []
  const waived: Waived[] = []
  const used = new Set<Waiver>()
  for (const rule of rules)
    for (const resource of rule.types.flatMap((type) => graph.of(type)))
      for (const finding of rule.check(resource, graph)) {
        const { type, name, urn } = resource
        const violation = { rule: rule.id, type, name, urn, ...finding }
        const waiver = waiverOf(rule, resource, finding, { graph, waivers })
        if (waiver === undefined) findings.push(violation)
        else {
          used.add(waiver)
          waived.push({ ...violation, reason: waiver.reason, owner: waiver.owner })
        }
      }
  return { findings, waived, unused: waivers.filter((waiver) => !used.has(waiver)) }
}

export function waiverOf(
  { id }: Rule,
  { inputs, name }: GraphResource,
  { detail }: Finding,
  { graph, waivers }: { readonly graph: Graph; readonly waivers: readonly Waiver[] },
): Waiver | undefined {
  const physical = String(inputs.bucket ?? inputs.name ?? name)
  return waivers.find(
    (waiver) =>
      waiver.rule === id &&
      (waiver.unlessThereIs === undefined || graph.of(waiver.unlessThereIs).length === 0) &&
      (waiver.nameEndsWith === undefined || physical.endsWith(waiver.nameEndsWith)) &&
      (waiver.detail === undefined || waiver.detail === detail),
  )
}

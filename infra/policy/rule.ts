/** What a policy rule is: one control of the security baseline as a pure check of one resource among all. */
import type { Graph, GraphResource } from './graph.ts'

export interface Finding {
  /** What is wrong and what is expected. */
  readonly message: string
  /** What a waiver can name when a resource has several findings of one rule: an action. */
  readonly detail?: string
}

export interface Rule {
  /** Kebab-case, unique; what waivers and reports name. */
  readonly id: string
  /** What holds when nothing is found. */
  readonly title: string
  /** The control in AWS FSBP, checkov, cdk-nag; `regimen` where it is our own. */
  readonly refs: readonly string[]
  /** Pulumi type tokens of the resources that it judges. */
  readonly types: readonly string[]
  check(resource: GraphResource, graph: Graph): readonly Finding[]
}

/** Nothing when it holds; else the finding. */
export function unless(holds: boolean, message: string, detail?: string): readonly Finding[] {
  return holds ? [] : [{ message, ...(detail === undefined ? {} : { detail }) }]
}

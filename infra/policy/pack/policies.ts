/** Each rule as a CrossGuard policy over the whole stack, since most speak of more than one resource. */
import type { EnforcementLevel, PolicyResource, StackValidationPolicy } from '@pulumi/policy'
import { waivers } from '../../waivers.ts'
import { Graph, type GraphResource } from '../graph.ts'
import { judge } from '../judge.ts'
import type { Rule } from '../rule.ts'
import { rules } from '../rules.ts'

export const policies = (enforcementLevel: EnforcementLevel): StackValidationPolicy[] =>
  rules.map((rule) => policyOf(rule, enforcementLevel))

export function policyOf(rule: Rule, enforcementLevel: EnforcementLevel): StackValidationPolicy {
  return {
    name: rule.id,
    description: `${rule.title} (${rule.refs.join(', ')}).`,
    enforcementLevel,
    validateStack: ({ resources }, report) => {
      const graph = new Graph(resources.map(toGraph))
      for (const { message, urn, name } of judge(graph, [rule], waivers).findings)
        report(`${name}: ${message}`, urn)
    },
  }
}

/** Properties stay the engine's own: reading one that is not known before `up` skips the policy, and says so. */
export function toGraph(resource: PolicyResource): GraphResource {
  const { type, name, urn, props, opts, parent, propertyDependencies, dependencies } = resource
  return {
    type,
    name,
    urn,
    ...(parent === undefined ? {} : { parent: parent.urn }),
    inputs: props,
    options: { protect: opts.protect, dependsOn: dependencies.map((each) => each.urn) },
    propertyDependencies: Object.fromEntries(
      Object.entries(propertyDependencies).map(([input, among]) => [input, among.map((each) => each.urn)]),
    ),
  }
}

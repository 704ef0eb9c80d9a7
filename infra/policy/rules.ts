/** All rules of the security baseline, family by family. */
import { alertRules } from './alert-rules.ts'
import { bucketRules } from './bucket-rules.ts'
import { deliveryRules } from './delivery-rules.ts'
import { functionRules } from './function-rules.ts'
import { keptRules } from './kept-rules.ts'
import { keyRules } from './key-rules.ts'
import { modelRules } from './model-rules.ts'
import { networkRules } from './network-rules.ts'
import { portalRules } from './portal-rules.ts'
import { roleRules } from './role-rules.ts'
import type { Rule } from './rule.ts'
import { stateMachineRules } from './state-machine-rules.ts'
import { tableRules } from './table-rules.ts'

export const rules: readonly Rule[] = [
  ...bucketRules,
  ...keptRules,
  ...tableRules,
  ...functionRules,
  ...stateMachineRules,
  ...modelRules,
  ...keyRules,
  ...alertRules,
  ...roleRules,
  ...portalRules,
  ...deliveryRules,
  ...networkRules,
]

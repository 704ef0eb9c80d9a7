/** All checks of an environment, in the order in which they are told. */
import { accountChecks, credentials } from './account-checks.ts'
import { examine } from './examine.ts'
import type { Finding } from './finding.ts'
import { machineChecks } from './machine-checks.ts'
import { readSubject } from './read-subject.ts'
import { stateChecks } from './state-checks.ts'

export const checks = [...machineChecks, ...accountChecks, ...stateChecks]

export async function diagnose(stack: string): Promise<Finding[]> {
  return await examine(checks, credentials, readSubject(stack))
}

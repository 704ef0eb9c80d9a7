/** The ARN that a state machine will have: what exists before the machine can name it. */
import { type Account, arn } from './account.ts'

/** @param name a physical name, or the beginning of one */
export function stateMachineArn(account: Account, name: string): string {
  return arn(account, 'states', `stateMachine:${name}`)
}

/** The name of a session in the role of a person, by which the trail and the rule of two people know who it was. */
import { userInfo } from 'node:os'

/**
 * Who is signed in keeps their own name. A laptop's owner is nobody in particular: whoever is logged in plays the roles
 * there, and is another person in each.
 *
 * @param arn of whoever takes the role
 */
export function sessionName(role: string, arn: string, loggedIn: () => string = osUser): string {
  const name = arn.includes('/') ? arn.slice(arn.lastIndexOf('/') + 1) : `${role}-${loggedIn()}`
  // RoleSessionName: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
  return name.replace(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

/** A container may run under a number that has no name. */
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'local')
  }
}

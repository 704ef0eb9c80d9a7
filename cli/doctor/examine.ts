/** Runs the checks and turns what they throw into findings: a call that is denied is a permission that is missing. */
import type { Check, Finding, Status } from './finding.ts'
import type { Subject } from './subject.ts'

/**
 * @param checks those that ask AWS (`needs`) are not run when `credentials`, the first of them, fails
 * @returns one finding per check, in their order
 */
export async function examine(
  checks: readonly Check[],
  credentials: Check,
  subject: Subject,
): Promise<Finding[]> {
  const identity = await findingOf(credentials, subject)
  const rest = await Promise.all(
    checks.map((check) =>
      identity.status === 'failed' && check.needs !== undefined
        ? finding(check, 'unknown', 'not asked: there are no credentials', 'give credentials first')
        : findingOf(check, subject),
    ),
  )
  return [identity, ...rest]
}

async function findingOf(check: Check, subject: Subject): Promise<Finding> {
  try {
    const verdict = await check.examine(subject)
    return finding(check, verdict.status, verdict.got, verdict.do)
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (check.needs !== undefined && isDenial(error))
      return finding(check, 'unknown', 'access denied', `allow ${check.needs} to whoever runs this`)
    return finding(check, 'unknown', `${name}: ${message}`, 'correct what it names, and repeat')
  }
}

const finding = (check: Check, status: Status, got: string, remedy = ''): Finding => ({
  check: check.check,
  status,
  got,
  expected: check.expected,
  do: remedy,
})

/** AccessDenied, AccessDeniedException, UnauthorizedOperation, … and a HEAD request, whose 403 has no body. */
function isDenial(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (/^(AccessDenied|Unauthorized|NotAuthorized|Forbidden)/.test(error.name)) return true
  const metadata: unknown = Reflect.get(error, '$metadata')
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    Reflect.get(metadata, 'httpStatusCode') === 403 &&
    !/Token|Signature|ClientId/i.test(error.name)
  )
}

/** Who asked for a run, as people know each other: `user/ana` of an ARN; the manifest keeps the whole. */
export function principalName(requestedBy: string): string {
  const found = /^arn:[^:]*:(?:iam|sts)::[^:]*:(.+)$/.exec(requestedBy)
  return found?.[1] ?? requestedBy
}

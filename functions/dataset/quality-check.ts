/** Refuses a table of which a finding of severity `error` tells: a broken quality rule, or an identifier that is not classed. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'

/** What registration reads of a finding (functions/profile/finding.ts holds the whole of it). */
export const checkedFindings = z
  .array(
    z.object({
      kind: z.string(),
      severity: z.string(),
      columns: z.array(z.string()),
      words: z.string(),
      do: z.string(),
    }),
  )
  .default([])

/** Broken cells of the contract are refused by `requireContract`, which names the rule's bounds too. */
const isOfContract = (kind: string) => kind.startsWith('contract-')

/** @throws RegimenError `DatasetQualityRefused` naming the column and the rule of the first; never a value. */
export function requireQuality(findings: z.output<typeof checkedFindings>, where: string): void {
  const errors = findings.filter(({ severity, kind }) => severity === 'error' && !isOfContract(kind))
  const [first] = errors
  if (first === undefined) return
  const named = first.columns.map((name) => JSON.stringify(name)).join(', ')
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`
  throw new RegimenError('DatasetQualityRefused', {
    what: `${named === '' ? 'the table' : `column ${named}`} breaks the rule ${first.kind}${more}`,
    where,
    got: first.words.replace(/\.$/, ''),
    do: `${first.do.replace(/\.$/, '')}; nothing was registered`,
  })
}

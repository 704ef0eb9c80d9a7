/** Whether a dataset version may be trained on in this environment. */
import { z } from 'zod'
import { RegimenError } from '../errors.ts'
import { getItem, tableKeys } from '../table-store.ts'

const approvalOnly = z.object({ status: z.string().optional() })

/** @throws RegimenError `ApprovalRefused` in staging and prod for a version that nobody approved. */
export async function requireApprovedDataset(
  project: string,
  dataset: { readonly name: string; readonly version: string },
  environment: string,
): Promise<void> {
  if (environment !== 'staging' && environment !== 'prod') return
  const { name, version } = dataset
  const item = await getItem(tableKeys.datasetVersion(project, name, version), approvalOnly)
  if (item?.status === 'approved') return
  throw new RegimenError('ApprovalRefused', {
    what: `dataset ${name}@${version} of ${project} is not approved`,
    got: item?.status ?? 'no such version',
    expected: `an approved version in ${environment}`,
    do: `review it, then run: regimen datasets approve ${name}@${version}`,
  })
}

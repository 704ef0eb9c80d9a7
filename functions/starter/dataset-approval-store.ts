/** Whether a dataset version may be trained on in this environment. */
import { getDataset } from '../dataset/dataset-store.ts'
import { statusOf } from '../dataset/review-store.ts'
import { RegimenError } from '../errors.ts'

/** @throws RegimenError `ApprovalRefused` in staging and prod for a version that nobody approved. */
export async function requireApprovedDataset(
  project: string,
  dataset: { readonly name: string; readonly version: string },
  environment: string,
): Promise<void> {
  if (environment !== 'staging' && environment !== 'prod') return
  const { name, version } = dataset
  const item = await getDataset(project, name, version)
  const status = item === undefined ? undefined : await statusOf(item)
  if (status === 'approved') return
  throw new RegimenError('ApprovalRefused', {
    what: `dataset ${name}@${version} of ${project} is not approved`,
    got: status ?? 'no such version',
    expected: `an approved version in ${environment}`,
    do: `review it, then run: regimen datasets approve ${name}@${version}`,
  })
}

/** Whether a version may be used: asked of the registry itself, which knows who approved and whether somebody has thought better of it. */
import { RegimenError } from '../errors.ts'
import type { Model } from '../registry/model.ts'
import { getModel } from '../registry/model-store.ts'
import { type RegisteredPackage, readPackage } from '../registry/package-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { requireTwoPeople } from './separation.ts'

/** @throws RegimenError `ApprovalRefused` for a version that nobody approved, or that one person alone stands for where it takes two */
export async function requireApproved(
  project: string,
  version: string,
): Promise<{ readonly model: Model; readonly registered: RegisteredPackage }> {
  const environment = requiredVariable('ENVIRONMENT')
  const model = await getModel(project, version)
  const registered = await readPackage(model.packageArn)
  if (registered?.approval !== 'Approved')
    throw new RegimenError('ApprovalRefused', {
      what: `${project} version ${version} is not approved in ${environment}`,
      got: registered?.approval ?? 'no such version in the registry',
      do: `approve it first: regimen models approve ${version} --hold`,
    })
  const { createdBy: trainedBy, origin } = model
  const people = { trainedBy, approvedBy: registered.changedBy, promotedBy: origin?.promotedBy }
  requireTwoPeople({ project, version, ...people }, environment)
  return { model, registered }
}

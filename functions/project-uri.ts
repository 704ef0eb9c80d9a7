/** Where a project's definition lies: as the request says, or as the environment was deployed. */
import * as z from 'zod'
import { RegimenError } from './errors.ts'

const deployedUris = z.record(z.string(), z.string().startsWith('s3://'))

/**
 * @param deployed JSON of project id to URI: the environment's PROJECT_URIS.
 * @throws RegimenError `InvalidRequest` for a project that the environment does not have.
 */
export function projectUriOf(
  project: string,
  asked: string | undefined,
  deployed: string | undefined,
): string {
  if (asked !== undefined) return asked
  const known = deployedUris.parse(JSON.parse(deployed ?? '{}'))
  const found = Object.hasOwn(known, project) ? known[project] : undefined
  if (found === undefined)
    throw new RegimenError('InvalidRequest', {
      what: `this environment has no project "${project}"`,
      expected: `one of ${Object.keys(known).sort().join(', ') || '(none)'}`,
      do: 'name a deployed project, or give projectUri',
    })
  return found
}

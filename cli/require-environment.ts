/** The environments that the program has a file for. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { RegimenError } from '../functions/errors.ts'

/** @throws RegimenError `InvalidRequest` naming the ones that there are. */
export function requireEnvironment(root: string, stack: string): void {
  if (existsSync(join(root, `Pulumi.${stack}.yaml`))) return
  const known = readdirSync(root).flatMap((file) => /^Pulumi\.(\w+)\.yaml$/.exec(file)?.[1] ?? [])
  throw new RegimenError('InvalidRequest', {
    what: 'no such environment',
    got: stack,
    expected: `one of ${known.join(', ')}`,
    do: `name one of them with --stack, or write Pulumi.${stack}.yaml`,
  })
}

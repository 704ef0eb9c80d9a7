/** Options of what cannot be made again: it stays in its stack, and in the account when the stack lets go of it. */
import type * as pulumi from '@pulumi/pulumi'
import * as z from 'zod'

const ids = z.record(z.string(), z.string())

/**
 * Logical name to id of what an earlier stack kept, as `regimen stack recreate` sets it for one update. An environment
 * variable and no setting: it is no part of what a release is.
 */
const adopted = ids.parse(JSON.parse(process.env.REGIMEN_ADOPT ?? '{}'))

/** No setting either: an update that would replace or delete it is refused at preview in every environment. */
export function kept(name: string): pulumi.CustomResourceOptions {
  const id = adopted[name]
  return { protect: true, retainOnDelete: true, ...(id === undefined ? {} : { import: id }) }
}

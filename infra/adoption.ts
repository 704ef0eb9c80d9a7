/** Resources that are there already and become the stack's: what an earlier stack kept when it was destroyed. */
import { z } from 'zod'

const ids = z.record(z.string(), z.string())

/**
 * Logical name to id, as `regimen stack recreate` sets it for one update. An environment variable and no setting: it is
 * no part of what a release is.
 */
const adopted = ids.parse(JSON.parse(process.env.REGIMEN_ADOPT ?? '{}'))

/** The option that makes a resource the one that is there; none for what is new. */
export function adopt(name: string): { import?: string } {
  const id = adopted[name]
  return id === undefined ? {} : { import: id }
}

/** Refusals on the trail: whoever is refused by a rule of the platform is told of as well, by whichever door refused. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { type ErrorName, RegimenError } from '../errors.ts'

/** What rules say no with; that a thing is not there, or a service does not answer, is no refusal. */
const refusals: ReadonlySet<ErrorName> = new Set([
  'ApprovalRefused',
  'InvalidRequest',
  'PromotionRefused',
  'RolloutOvertaken',
  'RunConflict',
])

export const isRefusal = (error: unknown): error is RegimenError =>
  error instanceof RegimenError && refusals.has(error.name)

type Tell = (name: ErrorName) => Promise<unknown>
const underWay = new AsyncLocalStorage<{ tell?: Tell }>()

/** How a refusal of the act that begins now is told, should it come. */
export function whenRefused(tell: Tell): void {
  const act = underWay.getStore()
  if (act !== undefined) act.tell = tell
}

/** Runs an act; when it is refused after its event `begun`, an event `denied` follows before the error goes on. */
export async function tellingRefusals<Answer>(act: () => Promise<Answer>): Promise<Answer> {
  const state: { tell?: Tell } = {}
  return await underWay.run(state, act).catch(async (error: unknown) => {
    // The caller is told of the refusal, whether or not the table answers now.
    if (isRefusal(error)) await state.tell?.(error.name).catch(() => undefined)
    throw error
  })
}

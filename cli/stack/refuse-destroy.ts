/** A destroy takes along what is protected only when it is told to. */
import { RegimenError } from '../../functions/errors.ts'
import type { Held, Leave } from './engine.ts'

/** @throws RegimenError `UpdateRefused` with each protected resource, and what becomes of it. */
export function refuseDestroy(held: readonly Held[], { ignoreProtect = false }: Leave): void {
  const lasting = held.filter(({ protect }) => protect)
  if (lasting.length === 0 || ignoreProtect) return
  throw new RegimenError('UpdateRefused', {
    what: 'the stack holds what is protected',
    got: lasting
      .map(
        ({ type, name, retainOnDelete }) => `${type} ${name}${retainOnDelete ? '' : ' (would be deleted)'}`,
      )
      .sort()
      .join(', '),
    expected: 'none',
    do:
      'give --ignore-protect to let go of them: they stay in the account as they are, and ' +
      '`regimen stack recreate` adopts them',
  })
}

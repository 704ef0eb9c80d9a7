/** The labels that have arrived for rows, by the keys of their examples. */
import type { Examples } from '../features/examples.ts'
import { joinLabels, type LabelDelivery } from './label-join.ts'

/** @returns example key to label; rows without one are absent */
export function labelsOf(
  { exampleKeys, entityIds }: Pick<Examples, 'exampleKeys' | 'entityIds'>,
  deliveries: readonly LabelDelivery[],
): ReadonlyMap<string, number> {
  const made = exampleKeys.map((exampleKey, row) => ({
    exampleKey,
    entityId: entityIds[row] ?? '',
    prediction: 0,
    groups: {},
  }))
  return new Map(joinLabels(made, deliveries).rows.map(({ exampleKey, label }) => [exampleKey, label]))
}

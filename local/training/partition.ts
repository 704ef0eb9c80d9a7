/** Sends a node's rows to its children. */
import type { BinnedTable } from './binned-table.ts'
import type { Split } from './split.ts'

/**
 * Stable partition of `list[from … to − 1]`: the rows that go left come first.
 * @param spare as long as `list`.
 * @returns where the right child's rows start.
 */
export function partition(
  binned: BinnedTable,
  split: Split,
  list: Int32Array,
  spare: Int32Array,
  from: number,
  to: number,
): number {
  const bundle = binned.features.bundle[split.feature] as number
  const block = binned.blocks[binned.bundles.block[bundle] as number]
  if (block === undefined) throw new TypeError(`bundle ${bundle} has no block`)
  const { data, width } = block
  const place = binned.bundles.place[bundle] as number
  const base = (binned.bundles.firstSlot[bundle] as number) - block.firstSlot
  const goesLeft = sides(binned, split, bundle)
  let left = from
  let right = 0
  for (let at = from; at < to; at++) {
    const row = list[at] as number
    if (goesLeft[(data[row * width + place] as number) - base] === 1) list[left++] = row
    else spare[right++] = row
  }
  list.set(spare.subarray(0, right), left)
  return left
}

/** Per slot of the bundle: 1 where a row with it goes left. Slots of the other features mean this one's default bin. */
function sides({ features, bundles }: BinnedTable, split: Split, bundle: number): Uint8Array {
  const { feature, bin: last, missingLeft } = split
  const bins = features.valueBins[feature] as number
  const common = features.defaultBin[feature] as number
  const left = (bin: number) => ((bin === bins ? missingLeft : bin <= last) ? 1 : 0)
  const table = new Uint8Array(bundles.slots[bundle] as number).fill(left(common))
  let slot = (features.firstSlot[feature] as number) - (bundles.firstSlot[bundle] as number)
  for (let bin = 0; bin < bins + (features.missing[feature] as number); bin++) {
    if (bin !== common) table[slot++] = left(bin)
  }
  return table
}

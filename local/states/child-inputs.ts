/** The inputs of a distributed Map's children: one per item, or one per batch of items. */
import type { MapState } from './definition.ts'
import { EvaluationFailure } from './failure.ts'
import { selectItem } from './map-items.ts'
import { evaluateInteger, evaluateTemplate } from './template.ts'
import type { Visit } from './visit.ts'

export interface ChildInput {
  readonly index: number
  readonly input: unknown
  /** Items that the child stands for, which is what tolerated failures count. */
  readonly items: number
}

/** Evaluated one by one as children start, in the order of the items: equal items give equal children. */
export async function* childInputs(
  state: MapState,
  visit: Visit,
  items: readonly unknown[],
): AsyncGenerator<ChildInput> {
  if (state.ItemBatcher === undefined) {
    for (const [index, item] of items.entries()) {
      yield { index, input: await selectItem(state, visit, item, index), items: 1 }
    }
    return
  }
  const { maxItems, maxBytes, batchInput } = await evaluateBatcher(state.ItemBatcher, visit)
  // What a batch has without its items; the limit is on the whole input of the child.
  const frame = batchInput === undefined ? { Items: [] } : { BatchInput: batchInput, Items: [] }
  const frameBytes = Buffer.byteLength(JSON.stringify(frame))
  let batch: unknown[] = []
  let bytes = frameBytes
  let index = 0
  const finished = () => {
    const input = batchInput === undefined ? { Items: batch } : { BatchInput: batchInput, Items: batch }
    const child = { index, input, items: batch.length }
    index += 1
    batch = []
    bytes = frameBytes
    return child
  }
  for (const [position, item] of items.entries()) {
    const selected = await selectItem(state, visit, item, position)
    const size = maxBytes === undefined ? 0 : Buffer.byteLength(JSON.stringify(selected))
    if (batch.length > 0 && maxBytes !== undefined && bytes + 1 + size > maxBytes) yield finished()
    bytes += size + (batch.length > 0 ? 1 : 0)
    batch.push(selected)
    if (maxItems !== undefined && batch.length >= maxItems) yield finished()
  }
  if (batch.length > 0) yield finished()
}

async function evaluateBatcher(batcher: NonNullable<MapState['ItemBatcher']>, visit: Visit) {
  const bindings = visit.bindings()
  const size = (template: number | string | undefined, field: string, max: number) =>
    template === undefined
      ? Promise.resolve(undefined)
      : evaluateInteger(template, bindings, `ItemBatcher/${field}`, { min: 1, max })
  const maxItems = await size(batcher.MaxItemsPerBatch, 'MaxItemsPerBatch', 100_000_000)
  const maxBytes = await size(batcher.MaxInputBytesPerBatch, 'MaxInputBytesPerBatch', 262_144)
  if (maxItems === undefined && maxBytes === undefined) {
    throw new EvaluationFailure('ItemBatcher needs MaxItemsPerBatch or MaxInputBytesPerBatch', 'ItemBatcher')
  }
  return {
    maxItems,
    maxBytes,
    batchInput:
      batcher.BatchInput === undefined
        ? undefined
        : await evaluateTemplate(batcher.BatchInput, bindings, 'ItemBatcher/BatchInput'),
  }
}

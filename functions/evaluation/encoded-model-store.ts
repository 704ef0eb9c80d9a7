/** Reads a model and its encoder from the bucket. */
import { encoderSchema } from '../features/encoder.ts'
import { getBytes, getJson } from '../object-store.ts'
import { readModel } from '../scoring/read-model.ts'
import type { EncodedModel } from './encoded-model.ts'

/** @throws RegimenError `ModelUnreadable`. */
export async function loadEncodedModel(modelUri: string, encoderUri: string): Promise<EncodedModel> {
  const [bytes, encoder] = await Promise.all([getBytes({ uri: modelUri }), getJson(encoderUri)])
  return { model: readModel(bytes), encoder: encoderSchema.parse(encoder) }
}

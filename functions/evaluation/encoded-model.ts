/** A model with the encoder that it was trained with: neither means anything without the other. */
import type { Encoder } from '../features/encoder.ts'
import type { XgboostModel } from '../scoring/xgboost-model.ts'

export interface EncodedModel {
  readonly model: XgboostModel
  readonly encoder: Encoder
}

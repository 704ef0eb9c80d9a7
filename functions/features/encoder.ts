/** What an encoder is: the fitted rule that turns features into the columns of a matrix, the same at training and scoring. */
import * as z from 'zod'

const level = z.string()

const encodedFeature = z.discriminatedUnion('encoding', [
  /** One column, as is; missing = NaN. */
  z.object({
    name: z.string(),
    kind: z.literal('numeric'),
    encoding: z.literal('numeric'),
    columns: z.tuple([z.string()]),
    median: z.number().nullable(),
  }),
  /** One column: the position in `levels`, from 0; missing and unknown = NaN. */
  z.object({
    name: z.string(),
    kind: z.literal('ordinal'),
    encoding: z.literal('ordinal'),
    columns: z.tuple([z.string()]),
    levels: z.array(level),
  }),
  /** `levels.length + 2` columns of 0 and 1: each level, then "other" (rare or unseen), then null. */
  z.object({
    name: z.string(),
    kind: z.literal('category'),
    encoding: z.literal('one-hot'),
    columns: z.array(z.string()),
    levels: z.array(level),
  }),
  /** One column: the level's share of the training rows; unseen = 0, missing = NaN. */
  z.object({
    name: z.string(),
    kind: z.literal('category'),
    encoding: z.literal('frequency'),
    columns: z.tuple([z.string()]),
    frequencies: z.array(z.tuple([level, z.number()])),
  }),
])
export type EncodedFeature = z.output<typeof encodedFeature>

export const encoderSchema = z.object({
  contract: z.literal(1).default(1),
  features: z.array(encodedFeature),
  /** Every encoded column, in matrix order: the concatenation of the features' columns. */
  columns: z.array(z.string()),
  /** sha256 of the rules, 16 hexadecimal digits: what a model was trained with. */
  hash: z.string(),
})
export type Encoder = z.output<typeof encoderSchema>

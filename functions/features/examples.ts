/** Examples in memory, column by column: what `features.sql` makes of rows, before encoding. */

/** Numeric features are Float64Array with NaN for missing; category and ordinal features are text or null. */
export interface FeatureColumns {
  readonly rows: number
  readonly columns: Readonly<Record<string, Float64Array | readonly (string | null)[]>>
}

export interface Examples {
  readonly rows: number
  readonly entityIds: readonly string[]
  readonly exampleKeys: readonly string[]
  /** NaN where the label is unknown. */
  readonly labels: Float64Array
  readonly features: FeatureColumns
  /** Seconds since 1970 of each example's event, NaN where unknown; absent for a project without event time. */
  readonly eventTimes?: Float64Array
  /** The project's groups and prediction fields, as text. */
  readonly extra: Readonly<Record<string, readonly (string | null)[]>>
}

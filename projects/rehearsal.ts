/** What a use case gives to the rehearsal on a laptop: data when none is at hand, and later batches made from it. */
export interface Rehearsal {
  /** Lines of a table of the project's schema, header first, each ended by a line feed. */
  generate(options: {
    seed: number
    rows: number
    /** What raises the risk lowers it and the other way round: a model of it must not stay in production. */
    opposite?: boolean
  }): Iterable<string>
  readonly rows: number
  /** DuckDB SELECTs over the table `batch` (all columns text, missing = NULL) of entities that training left out. */
  readonly batches: Readonly<Record<string, RehearsalBatch>>
}

export interface RehearsalBatch {
  readonly title: string
  readonly sql: string
  /** Source columns that the SQL moved on purpose; an empty list means that no drift is expected, absent that it may come. */
  readonly shifted?: readonly string[]
}

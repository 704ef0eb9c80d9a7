/** What a use case gives to the rehearsal on a laptop: data when none is at hand, and later batches made from it. */
export interface Rehearsal {
  /** Lines of a table of the project's schema, header first, each ended by a line feed. */
  generate(options: {
    seed: number
    rows: number
    /** What raises the risk lowers it and the other way round: a model of it must not stay in production. */
    opposite?: boolean
  }): Iterable<string>
  /** What comes in week by week, for a simulation of months. */
  readonly traffic: Traffic
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

export interface Traffic {
  /** As `generate`; entities are others than those of the rows before `first`, and drifted rows come from another world. */
  rows(options: { seed: number; rows: number; first: number; drifted: boolean }): Iterable<string>
  /** The same table before its outcome is known. */
  undecided(table: string): string
  /** What became true, as `regimen labels import` takes it. */
  labels(table: string): string
}

/** The error taxonomy: names that are also Amazon States Language error names, and the grammar of their messages. */

/** The five parts of a message. `where` names places (column, row, uri, key), never the content of a cell. */
export interface ErrorParts {
  readonly what: string
  readonly where?: string
  readonly got?: string
  readonly expected?: string
  readonly do?: string
}

/** Every stable error name, and whether a `Retry` may list it. */
export const errorNames = {
  InvalidRequest: { retryable: false },
  InvalidProject: { retryable: false },
  DatasetNotFound: { retryable: false },
  DatasetUnreadable: { retryable: false },
  DatasetEmpty: { retryable: false },
  DatasetSchemaMismatch: { retryable: false },
  DatasetQualityRefused: { retryable: false },
  DatasetChanged: { retryable: false },
  FeatureContractBroken: { retryable: false },
  TrainingDataUnusable: { retryable: false },
  HyperparameterRefused: { retryable: false },
  TrainingStopped: { retryable: false },
  EvaluationImpossible: { retryable: false },
  EvaluationGateNotPassed: { retryable: false },
  ModelUnreadable: { retryable: false },
  ModelNotFound: { retryable: false },
  NoChampion: { retryable: false },
  ApprovalRefused: { retryable: false },
  /** A version that another environment sends and this one does not take. */
  PromotionRefused: { retryable: false },
  RunConflict: { retryable: false },
  /** As many runs wait for their turn as may. */
  QueueFull: { retryable: true },
  RolloutInProgress: { retryable: true },
  RolloutOvertaken: { retryable: false },
  ReleaseNotFound: { retryable: false },
  ReleaseCorrupt: { retryable: false },
  UpdateRefused: { retryable: false },
  UpdateFailed: { retryable: false },
  ProjectInUse: { retryable: false },
  Conflict: { retryable: true },
  ServiceUnavailable: { retryable: true },
  MetricsNotPublished: { retryable: true },
} as const

export type ErrorName = keyof typeof errorNames

/**
 * An error of the platform. Lambda turns `name` into the ASL error name, and `message` into the `Cause` of the
 * execution history; a message therefore holds names, row numbers and rules, and no value of a row.
 */
export class RegimenError extends Error {
  override readonly name: ErrorName
  readonly parts: ErrorParts

  constructor(name: ErrorName, parts: ErrorParts, options?: { cause?: unknown }) {
    super(sentence(parts), options)
    this.name = name
    this.parts = parts
  }

  get retryable(): boolean {
    return errorNames[this.name].retryable
  }
}

/** `what, where: got …; expected …; do …` with the absent parts left out. */
function sentence({ what, where, got, expected, do: remedy }: ErrorParts): string {
  const place = where === undefined ? what : `${what}, ${where}`
  const details = [
    got === undefined ? undefined : `got ${got}`,
    expected === undefined ? undefined : `expected ${expected}`,
    remedy,
  ].filter((part) => part !== undefined)
  return details.length === 0 ? place : `${place}: ${details.join('; ')}`
}

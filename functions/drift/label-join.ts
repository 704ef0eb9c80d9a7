/** Joins labels that arrived late to the predictions of a run, by the key of the example. */

export interface MadePrediction {
  readonly entityId: string
  readonly exampleKey: string
  readonly prediction: number
  /** Columns by which performance is broken down, as text. */
  readonly groups: Readonly<Record<string, string | null>>
}

/** One delivery of labels for a run: the same content twice is one delivery. */
export interface LabelDelivery {
  /** ISO 8601, of the first time that it came. */
  readonly at: string
  /** Example key and its label: 0 or 1, or the number of a regression. */
  readonly labels: readonly (readonly [key: string, label: number])[]
}

export interface JoinedLabels {
  readonly rows: readonly (MadePrediction & { readonly label: number })[]
  readonly predictions: number
  /** Labels whose example the run did not score. */
  readonly unknown: number
  /** Examples that two deliveries label differently; the later one counts. */
  readonly corrected: number
  /** Keys that the run scored more than once; the first one counts. */
  readonly repeated: number
  /** Latest delivery that holds a label of this run. */
  readonly lastDelivery: string | null
}

/** The order in which deliveries are given does not matter: a later one corrects an earlier one. */
export function joinLabels(
  predictions: readonly MadePrediction[],
  deliveries: readonly LabelDelivery[],
): JoinedLabels {
  const made = new Map<string, MadePrediction>()
  for (const prediction of predictions)
    if (!made.has(prediction.exampleKey)) made.set(prediction.exampleKey, prediction)
  const labels = new Map<string, number>()
  const unknown = new Set<string>()
  const corrected = new Set<string>()
  let lastDelivery: string | null = null
  const ordered = deliveries.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  for (const delivery of ordered) {
    for (const [key, label] of delivery.labels) {
      if (!made.has(key)) {
        unknown.add(key)
        continue
      }
      const known = labels.get(key)
      if (known !== undefined && known !== label) corrected.add(key)
      labels.set(key, label)
      lastDelivery = delivery.at
    }
  }
  const rows = [...made.values()].flatMap((prediction) => {
    const label = labels.get(prediction.exampleKey)
    return label === undefined ? [] : [{ ...prediction, label }]
  })
  return {
    rows,
    predictions: made.size,
    unknown: unknown.size,
    corrected: corrected.size,
    repeated: predictions.length - made.size,
    lastDelivery,
  }
}

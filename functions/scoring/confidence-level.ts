/** Confidence of the sets and intervals that `lowConfidence` is about. */
export const confidenceLevel = 0.8

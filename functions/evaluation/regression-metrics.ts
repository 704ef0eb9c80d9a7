/** RMSE, MAE, R² and MAPE of predicted numbers. */

export interface RegressionMetrics {
  readonly rmse: number | null
  readonly mae: number | null
  /** 1 − SSE/SST; null when every label is the same. */
  readonly r2: number | null
  /** Mean of |y − ŷ| / |y|, as a share; null when a label is zero. */
  readonly mape: number | null
}

/** All null without rows. */
export function regressionMetrics(
  predictions: ArrayLike<number>,
  labels: ArrayLike<number>,
): RegressionMetrics {
  const rows = labels.length
  if (rows === 0) return { rmse: null, mae: null, r2: null, mape: null }
  let mean = 0
  for (let i = 0; i < rows; i++) mean += ((labels[i] as number) - mean) / (i + 1)
  let squared = 0
  let absolute = 0
  let relative = 0
  let spread = 0
  for (let i = 0; i < rows; i++) {
    const label = labels[i] as number
    const error = label - (predictions[i] as number)
    squared += error * error
    absolute += Math.abs(error)
    relative += Math.abs(error / label)
    spread += (label - mean) ** 2
  }
  return {
    rmse: Math.sqrt(squared / rows),
    mae: absolute / rows,
    r2: spread > 0 ? 1 - squared / spread : null,
    mape: Number.isFinite(relative) ? relative / rows : null,
  }
}

/**
 * Early stopping of a tuning job's trainings (SageMaker Developer Guide, "Stop Training Jobs Early"; Golovin et al. 2017,
 * "Google Vizier", median stopping): a training that is worse now than most were on average up to the same round is stopped.
 */

/** SageMaker does not say from when on it judges; a first round tells little, and so do one or two other trainings. */
const leastRounds = 5
const leastOthers = 3

/**
 * @param curve the objective after each round so far
 * @param others curves of trainings that completed, those that ended before this round with all of theirs
 * @param direction 1 where more is better, -1 where less is
 */
export function isBehindMedian(
  curve: readonly number[],
  others: readonly (readonly number[])[],
  direction: 1 | -1,
): boolean {
  const rounds = curve.length
  const now = curve.at(-1)
  if (now === undefined || rounds < leastRounds) return false
  const averages = others
    .filter(({ length }) => length > 0)
    .map((other) => other.slice(0, rounds))
    .map((other) => (direction * other.reduce((sum, value) => sum + value, 0)) / other.length)
    .sort((a, b) => a - b)
  if (averages.length < leastOthers) return false
  const middle = (averages.length - 1) / 2
  const [low = 0, high = 0] = [averages[Math.floor(middle)], averages[Math.ceil(middle)]]
  return direction * now < (low + high) / 2
}

/** Whether it was so after any of its rounds: rounds that nobody looked at count as well. */
export function fellBehind(
  curve: readonly number[],
  others: readonly (readonly number[])[],
  direction: 1 | -1,
): boolean {
  return curve.some((_, at) => isBehindMedian(curve.slice(0, at + 1), others, direction))
}

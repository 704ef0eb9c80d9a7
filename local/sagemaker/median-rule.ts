/**
 * Early stopping of a search: a training is given up when, after some rounds, its best objective so far is worse than the
 * median of the running averages of the finished ones up to the same round (Golovin et al. 2017, the median stopping
 * rule; SageMaker Developer Guide, "Stop Training Jobs Early").
 */

/** With fewer finished trainings there is no usual course; in the first rounds nothing is told yet. */
const leastFinished = 3
const leastRounds = 5

/**
 * @param running objective by round so far. @param finished the same of each training that has ended
 * @param sign 1 where more is better, −1 where less is
 */
export function isBehind(
  running: readonly number[],
  finished: readonly (readonly number[])[],
  sign: 1 | -1,
): boolean {
  const round = running.length
  if (round < leastRounds) return false
  const averages = finished
    .filter((values) => values.length > 0)
    .map((values) => {
      const upTo = values.slice(0, round)
      return (sign * upTo.reduce((sum, value) => sum + value, 0)) / upTo.length
    })
    .sort((one, other) => one - other)
  if (averages.length < leastFinished) return false
  const middle = averages.length >> 1
  const median =
    averages.length % 2 === 1
      ? (averages[middle] as number)
      : ((averages[middle - 1] as number) + (averages[middle] as number)) / 2
  return Math.max(...running.map((value) => sign * value)) < median
}

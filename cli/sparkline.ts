/** A series as one line of blocks: enough to see in a terminal whether a metric still moves. */

const blocks = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/** @param width at most so many characters; a longer series is drawn by the last value of each stretch */
export function sparkline(series: readonly (number | null)[], width = 40): string {
  const values = series.filter((value): value is number => value !== null)
  const size = Math.min(width, values.length)
  const drawn = Array.from(
    { length: size },
    (_, at) => values[Math.ceil(((at + 1) * values.length) / size) - 1] ?? 0,
  )
  const [low, high] = [Math.min(...drawn), Math.max(...drawn)]
  const level = (value: number) =>
    high === low ? 0 : Math.round(((value - low) / (high - low)) * (blocks.length - 1))
  return drawn.map((value) => blocks[level(value)]).join('')
}

/** Stretches of a stream of bytes. */

/** The bytes from `start` up to `end`; what comes after is not asked for. */
export async function* textRange(
  chunks: AsyncIterable<Buffer>,
  start: number,
  end: number,
): AsyncGenerator<Buffer> {
  let at = 0
  for await (const chunk of chunks) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end - at))
    at += chunk.length
    if (piece.length > 0) yield piece
    if (at >= end) return
  }
}

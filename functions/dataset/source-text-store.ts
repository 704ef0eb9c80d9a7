/** Source files wherever they lie, read in ranges that are asked for ahead. */
const requestBytes = 8 * 1_024 * 1_024
/** Ranges on their way while one is worked on: S3 answers one stream no faster than a scan reads. */
const ahead = 3

/** A file wherever it lies: in the bucket, or on disk. */
export interface ByteSource {
  readonly uri: string
  readonly bytes: number
  readonly versionId?: string | undefined
  /** Bytes that are asked for at once. @default 8 MB: a request costs as much as many bytes */
  readonly rangeBytes?: number
  /** Bytes from `start` up to `end`, exclusive. */
  read(start: number, end: number): Promise<Buffer>
  /** Takes back what `read` answered, to be written over: whoever gives it has no use for it any more. */
  giveBack?(chunk: Buffer): void
  /** A file on disk that holds the bytes from `start` up to `end`; `directory` may be written to. */
  onDisk(directory: string, start?: number, end?: number): Promise<string>
}

/** The stored bytes from `start` up to `end`, in chunks. */
export async function* storedChunks(
  source: ByteSource,
  start = 0,
  end = source.bytes,
): AsyncGenerator<Buffer> {
  const { rangeBytes = requestBytes } = source
  const reading: Promise<Buffer>[] = []
  let at = start
  const ask = () => {
    if (at >= end) return
    const range = source.read(at, Math.min(at + rangeBytes, end))
    // Who awaits it sees the failure; until then it must not count as unhandled.
    range.catch(() => undefined)
    reading.push(range)
    at += rangeBytes
  }
  for (let asked = 0; asked < ahead; asked++) ask()
  for (let range = reading.shift(); range !== undefined; range = reading.shift()) {
    const chunk = await range
    ask()
    yield chunk
  }
}

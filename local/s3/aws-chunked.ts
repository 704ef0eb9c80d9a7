/** Removes the aws-chunked framing in which SDKs stream bodies, and hands over the trailers (the checksum). */
import { Transform, type TransformCallback } from 'node:stream'
import { AwsError } from '../service.ts'

type Step = 'size' | 'data' | 'data-end' | 'trailer' | 'done'

/** `onTrailers` gets lower-case names once the body has ended. Signatures of chunks are not verified. */
export class AwsChunkedDecoder extends Transform {
  #step: Step = 'size'
  #line = ''
  #left = 0
  readonly #trailers = new Map<string, string>()
  readonly #onTrailers: (trailers: ReadonlyMap<string, string>) => void

  constructor(onTrailers: (trailers: ReadonlyMap<string, string>) => void) {
    super()
    this.#onTrailers = onTrailers
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      let offset = 0
      while (offset < chunk.length && this.#step !== 'done') offset = this.#read(chunk, offset)
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  }

  override _flush(done: TransformCallback): void {
    // Some clients end with the trailers' last line and no empty line after it.
    if (this.#step !== 'done' && this.#step !== 'trailer') {
      done(incomplete())
      return
    }
    if (this.#line !== '') this.#trailer(this.#line)
    this.#onTrailers(this.#trailers)
    done()
  }

  /** Consumes part of the chunk and answers the new offset. */
  #read(chunk: Buffer, offset: number): number {
    if (this.#step === 'data') {
      const end = Math.min(chunk.length, offset + this.#left)
      this.push(chunk.subarray(offset, end))
      this.#left -= end - offset
      if (this.#left === 0) this.#step = 'data-end'
      return end
    }
    const newline = chunk.indexOf(10, offset)
    this.#line += chunk.toString('latin1', offset, newline === -1 ? chunk.length : newline)
    if (this.#line.length > 16_384) throw incomplete()
    if (newline === -1) return chunk.length
    const line = this.#line.replace(/\r$/, '')
    this.#line = ''
    this.#endLine(line)
    return newline + 1
  }

  #endLine(line: string): void {
    if (this.#step === 'data-end') {
      if (line !== '') throw incomplete()
      this.#step = 'size'
    } else if (this.#step === 'size') {
      const size = /^([0-9a-f]+)(;.*)?$/i.exec(line)?.[1]
      if (size === undefined) throw incomplete()
      this.#left = Number.parseInt(size, 16)
      this.#step = this.#left === 0 ? 'trailer' : 'data'
    } else if (line === '') this.#step = 'done'
    else this.#trailer(line)
  }

  #trailer(line: string): void {
    const colon = line.indexOf(':')
    if (colon > 0) this.#trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
  }
}

const incomplete = () => new AwsError('IncompleteBody', 'The request body terminated unexpectedly', 400)

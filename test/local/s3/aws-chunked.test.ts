import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AwsChunkedDecoder } from '../../../local/s3/aws-chunked.ts'

async function decode(framed: Buffer, pieceBytes: number) {
  let trailers: ReadonlyMap<string, string> = new Map()
  const decoder = new AwsChunkedDecoder((found) => {
    trailers = found
  })
  const pieces = Array.from({ length: Math.ceil(framed.length / pieceBytes) }, (_, index) =>
    framed.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
  const out: Buffer[] = []
  await pipeline(Readable.from(pieces), decoder, async (source) => {
    for await (const chunk of source) out.push(Buffer.from(chunk))
  })
  return { body: Buffer.concat(out), trailers }
}

function frame(chunks: readonly Uint8Array[], trailer: string): Buffer {
  const framed = chunks.map((chunk) =>
    Buffer.concat([
      Buffer.from(`${chunk.length.toString(16)};chunk-signature=0a\r\n`),
      chunk,
      Buffer.from('\r\n'),
    ]),
  )
  return Buffer.concat([...framed, Buffer.from(`0\r\n${trailer}\r\n\r\n`)])
}

describe('aws-chunked bodies', () => {
  it('lose their framing wherever the network cuts them', async () => {
    const chunk = fc.uint8Array({ minLength: 1, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (chunks, size) => {
          const { body, trailers } = await decode(frame(chunks, 'x-amz-checksum-crc32:abc='), size)
          expect(body.equals(Buffer.concat(chunks))).toBe(true)
          expect(trailers.get('x-amz-checksum-crc32')).toBe('abc=')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('are refused when they end too early', async () => {
    const whole = frame([Buffer.from('some content')], '')
    await expect(decode(whole.subarray(0, 20), 7)).rejects.toMatchObject({ code: 'IncompleteBody' })
  })
})

/** The checksums that S3 knows, computed over a stream of bytes: RFC 3720 (CRC32C), NVMe CRC-64, zlib's CRC32, SHA. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export const checksumNames = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const
export type ChecksumName = (typeof checksumNames)[number]

export interface Hasher {
  update(bytes: Uint8Array): void
  /** The checksum's bytes, big-endian. */
  bytes(): Uint8Array
}

const hashers: Readonly<Record<ChecksumName, () => Hasher>> = {
  CRC32: () => {
    let crc = 0
    return {
      update: (bytes) => {
        crc = crc32(bytes, crc)
      },
      bytes: () => bigEndian(crc >>> 0),
    }
  },
  CRC32C: () => {
    let crc = 0xffffffff
    return {
      update: (bytes) => {
        for (let i = 0; i < bytes.length; i++)
          crc = (crc32c[(crc ^ (bytes[i] as number)) & 0xff] as number) ^ (crc >>> 8)
      },
      bytes: () => bigEndian((crc ^ 0xffffffff) >>> 0),
    }
  },
  CRC64NVME: () => {
    // Two 32-bit halves: BigInt arithmetic would cost a hundred times as much.
    let high = 0xffffffff
    let low = 0xffffffff
    return {
      update: (bytes) => {
        for (let i = 0; i < bytes.length; i++) {
          const index = (low ^ (bytes[i] as number)) & 0xff
          low = ((low >>> 8) | (high << 24)) ^ (crc64Low[index] as number)
          high = (high >>> 8) ^ (crc64High[index] as number)
        }
      },
      bytes: () => {
        const result = Buffer.alloc(8)
        result.writeUInt32BE((high ^ 0xffffffff) >>> 0, 0)
        result.writeUInt32BE((low ^ 0xffffffff) >>> 0, 4)
        return result
      },
    }
  },
  SHA1: () => hashed('sha1'),
  SHA256: () => hashed('sha256'),
}

export function hasher(name: ChecksumName): Hasher {
  return hashers[name]()
}

export function md5(): Hasher {
  return hashed('md5')
}

function hashed(algorithm: string): Hasher {
  const hash = createHash(algorithm)
  return { update: (bytes) => void hash.update(bytes), bytes: () => hash.copy().digest() }
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Reflected Castagnoli polynomial 0x82F63B78. */
const crc32c = Int32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

/** Reflected NVMe polynomial 0x9A6C9329AC4BC9B5. */
const crc64 = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index)
  for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n
  return value
})
const crc64High = Int32Array.from(crc64, (value) => Number(BigInt.asIntN(32, value >> 32n)))
const crc64Low = Int32Array.from(crc64, (value) => Number(BigInt.asIntN(32, value)))

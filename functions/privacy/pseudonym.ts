/**
 * Pseudonyms by keyed hash: the same identifier under the same key gives the same pseudonym, in every column and table,
 * so that rows keep joining; without the key nobody can tell or try out what stands behind one.
 *
 * HMAC-SHA-256 (FIPS 198-1), never a plain hash: identifiers are so few that a plain hash is undone by trying all of
 * them. The key is kept outside of the data and used for nothing else (45 CFR 164.514(c)).
 */
import { createHmac, createSecretKey } from 'node:crypto'
import { RegimenError } from '../errors.ts'
import type { SourceColumn } from '../project.ts'

/** A cell in, its pseudonym out. Null stays missing. */
export type Pseudonymise = (cell: string | null) => string | null

/** 256 bits, as hexadecimal. */
const keyPattern = /^[0-9a-fA-F]{64}$/
const keptDigits = 26
/** Of a number: 15 digits are told apart as DOUBLE. Among 10,000,000 identifiers about one pair in 200 such tables meets. */
const numberFrom = 1_000_000_000_000_000n
const numberSpan = 8_000_000_000_000_000n

/**
 * @param key 64 hexadecimal digits. @param type of the column: its pseudonyms keep the schema contract.
 * @throws RegimenError `InvalidRequest` when the key is none; its value is not told.
 */
export function pseudonymiser(key: string, type: SourceColumn['type']): Pseudonymise {
  if (!keyPattern.test(key))
    throw new RegimenError('InvalidRequest', {
      what: 'the key of pseudonyms is not usable',
      expected: '64 hexadecimal digits (256 bits)',
      do: 'make one with: openssl rand -hex 32',
    })
  const secret = createSecretKey(Buffer.from(key, 'hex'))
  const digest = (cell: string) => createHmac('sha256', secret).update(cell, 'utf8').digest()
  switch (type) {
    case 'integer':
    case 'number':
      return (cell) =>
        cell === null ? null : String(numberFrom + (digest(cell).readBigUInt64BE(0) % numberSpan))
    case 'identifier':
    case 'category':
    case 'text':
      return (cell) => (cell === null ? null : `p_${digest(cell).toString('hex').slice(0, keptDigits)}`)
    case 'timestamp':
    case 'boolean':
      // A pseudonym of a day or of yes and no would be undone by trying all of them together with their order.
      return () => null
  }
}

/**
 * Text for CustomerMetadataProperties of the SageMaker registry, whose values take letters, digits, spaces and
 * `_.:/=+-@` only, 256 characters each: every other character is written as `=` and its UTF-8 bytes in hexadecimal.
 */
const plain = /[^\p{L}\p{Z}\p{N}_.:/+\-@]/gu

export const toMetadataText = (text: string) =>
  text.replaceAll(plain, (character) =>
    [...Buffer.from(character)]
      .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  )

export const fromMetadataText = (text: string) =>
  text.replaceAll(/(?:=[0-9A-F]{2})+/g, (bytes) =>
    Buffer.from(bytes.replaceAll('=', ''), 'hex').toString('utf8'),
  )

const valueLimit = 256

/** Splits a long text over the keys `name`, `name.2`, `name.3`, …; an escape may span two of them. */
export function toMetadataEntries(name: string, text: string): [string, string][] {
  const escaped = toMetadataText(text)
  const pieces: [string, string][] = []
  let piece = ''
  // By character: a surrogate pair must not be cut.
  for (const character of escaped) {
    if (piece.length + character.length > valueLimit) {
      pieces.push([pieceKey(name, pieces.length), piece])
      piece = ''
    }
    piece += character
  }
  if (piece !== '') pieces.push([pieceKey(name, pieces.length), piece])
  return pieces
}

export function fromMetadataEntries(
  name: string,
  properties: Readonly<Record<string, string>>,
): string | undefined {
  let text = properties[name]
  if (text === undefined) return undefined
  for (let at = 1; properties[pieceKey(name, at)] !== undefined; at += 1)
    text += properties[pieceKey(name, at)]
  return fromMetadataText(text)
}

const pieceKey = (name: string, at: number) => (at === 0 ? name : `${name}.${at + 1}`)

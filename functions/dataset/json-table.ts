/** Reads newline-delimited JSON as a table of texts: one flat object per line, every value as it is written there. */

/** A line that is no row; `column` is its key, where one is known. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault'
  readonly column: string | undefined
  readonly expected: string

  constructor(what: string, expected: string, column?: string) {
    super(what)
    this.expected = expected
    this.column = column
  }
}

export type JsonCell = string | null

const whitespace = /[ \t\r\n]*/y
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const backslash = 0x5c

export class JsonTable {
  /** Keys in the order in which they first came. */
  readonly names: string[]
  readonly #places: Map<string, number>
  readonly #closed: boolean
  readonly #stamps: number[] = []
  #line = 0
  #text = ''
  #at = 0

  /** @param names every key that a line may have; @default grows with the lines */
  constructor(names?: readonly string[]) {
    this.names = [...(names ?? [])]
    this.#places = new Map(this.names.map((name, place) => [name, place]))
    this.#closed = names !== undefined
  }

  /**
   * @returns a cell for each of `names`; null where the key is missing or null. Numbers keep their digits.
   * @throws JsonFault for what is no flat JSON object (RFC 8259), a key that stands twice, NUL and half surrogates.
   */
  read(line: string): JsonCell[] {
    this.#text = line
    this.#at = 0
    this.#line++
    this.#skip()
    if (line[this.#at] !== '{') throw new JsonFault('is no JSON object', 'one object per line')
    this.#at++
    const cells: JsonCell[] = new Array<JsonCell>(this.names.length).fill(null)
    this.#skip()
    if (line[this.#at] === '}') this.#at++
    else {
      do this.#member(cells)
      while (line[this.#at++] === ',')
      if (line[this.#at - 1] !== '}') throw broken()
    }
    this.#skip()
    if (this.#at < line.length) throw new JsonFault('has text after its object', 'one object per line')
    return cells
  }

  #member(cells: JsonCell[]): void {
    this.#skip()
    if (this.#text[this.#at] !== '"') throw broken()
    const name = this.#string(undefined)
    this.#skip()
    if (this.#text[this.#at++] !== ':') throw broken(name)
    this.#skip()
    const place = this.#place(name)
    if (this.#stamps[place] === this.#line) throw new JsonFault('names a key twice', 'each key once', name)
    this.#stamps[place] = this.#line
    cells[place] = this.#value(name)
    this.#skip()
  }

  #place(name: string): number {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    if (this.#closed)
      throw new JsonFault('has a key that the plan does not know', 'the object that was planned', name)
    const place = this.names.push(name) - 1
    this.#places.set(name, place)
    return place
  }

  #value(name: string): JsonCell {
    const text = this.#text
    const first = text[this.#at]
    if (first === '"') return this.#string(name)
    if (first === '{' || first === '[')
      throw new JsonFault(
        first === '{' ? 'holds an object' : 'holds a list',
        'texts, numbers, true, false and null',
        name,
      )
    for (const word of ['null', 'true', 'false'])
      if (text.startsWith(word, this.#at)) {
        this.#at += word.length
        return word === 'null' ? null : word
      }
    if (/^-?(NaN|Infinity)/.test(text.slice(this.#at, this.#at + 9)))
      throw new JsonFault('holds NaN or Infinity, which are no JSON', 'null', name)
    number.lastIndex = this.#at
    const digits = number.exec(text)?.[0]
    if (digits === undefined) throw broken(name)
    this.#at += digits.length
    return digits
  }

  /** The string that begins here; afterwards the position is behind it. */
  #string(column: string | undefined): string {
    const text = this.#text
    const start = this.#at
    let end = text.indexOf('"', start + 1)
    while (end > 0 && isEscaped(text, end, start)) end = text.indexOf('"', end + 1)
    if (end < 0) throw new JsonFault('opens a text that is never closed', 'a closing quote', column)
    this.#at = end + 1
    const raw = text.slice(start + 1, end)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 8259 forbids exactly these.
    if (/[\u0000-\u001f]/.test(raw)) throw broken(column)
    if (!raw.includes('\\')) return raw
    const value = unescaped(text.slice(start, end + 1), column)
    if (value.includes('\u0000')) throw new JsonFault('holds a NUL character', 'text', column)
    if (!value.isWellFormed())
      throw new JsonFault('holds half of a surrogate pair', 'whole characters', column)
    return value
  }

  #skip(): void {
    const code = this.#text.charCodeAt(this.#at)
    if (code > 0x20) return
    whitespace.lastIndex = this.#at
    whitespace.exec(this.#text)
    this.#at = whitespace.lastIndex
  }
}

const broken = (column?: string) =>
  new JsonFault('is broken JSON', 'one JSON object per line (RFC 8259)', column)

function isEscaped(text: string, quote: number, start: number): boolean {
  let at = quote - 1
  while (at > start && text.charCodeAt(at) === backslash) at--
  return (quote - at) % 2 === 0
}

function unescaped(literal: string, column: string | undefined): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    // The original would quote the cell.
    throw broken(column)
  }
}

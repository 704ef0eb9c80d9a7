/** Gathers results into files of bounded size, so that memory stays flat however many children there were. */

const fileCharacters = 8_000_000

export type ResultKind = 'SUCCEEDED' | 'FAILED' | 'PENDING'
export interface WrittenFile {
  readonly Key: string
  readonly Size: number
}

export class ResultFiles {
  readonly #put: (name: string, body: string) => Promise<WrittenFile>
  readonly #lines: boolean
  readonly written: Record<ResultKind, WrittenFile[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] }
  readonly #texts: Record<ResultKind, string[]> = { FAILED: [], PENDING: [], SUCCEEDED: [] }
  readonly #characters: Record<ResultKind, number> = { FAILED: 0, PENDING: 0, SUCCEEDED: 0 }

  /** @param lines one JSON value a line instead of one array */
  constructor(lines: boolean, put: (name: string, body: string) => Promise<WrittenFile>) {
    this.#lines = lines
    this.#put = put
  }

  async add(kind: ResultKind, value: unknown): Promise<void> {
    const text = JSON.stringify(value) ?? 'null'
    this.#texts[kind].push(text)
    this.#characters[kind] += text.length
    if (this.#characters[kind] >= fileCharacters) await this.#flush(kind)
  }

  async finish(): Promise<void> {
    await this.#flush('SUCCEEDED')
    await this.#flush('FAILED')
  }

  async #flush(kind: ResultKind): Promise<void> {
    const texts = this.#texts[kind]
    if (texts.length === 0) return
    const name = `${kind}_${this.written[kind].length}.${this.#lines ? 'jsonl' : 'json'}`
    const body = this.#lines ? `${texts.join('\n')}\n` : `[${texts.join(',')}]`
    this.written[kind].push(await this.#put(name, body))
    this.#texts[kind] = []
    this.#characters[kind] = 0
  }
}

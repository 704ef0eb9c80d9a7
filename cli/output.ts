/** What the command says: one JSON document or readable text on stdout, progress on stderr. */
import { RemoteError } from './remote-error.ts'

export type Cell = string | number | null | undefined

export class Output {
  readonly json: boolean
  readonly interactive: boolean
  #transient = false

  constructor(json: boolean) {
    this.json = json
    this.interactive = process.stderr.isTTY === true
  }

  /** The result: `value` for programs, `text()` for people. */
  result(value: unknown, text: () => string): void {
    this.#wipe()
    process.stdout.write(`${this.json ? JSON.stringify(value, null, 2) : text()}\n`)
  }

  /** A line of progress that stays. */
  line(text: string): void {
    this.#wipe()
    process.stderr.write(`${text}\n`)
  }

  /** A line of progress that the next one replaces; silent where nobody watches. */
  passing(text: string): void {
    if (!this.interactive) return
    this.#wipe()
    process.stderr.write(text.slice(0, (process.stderr.columns ?? 100) - 1))
    this.#transient = true
  }

  /** @returns the exit code: 2 for wrong usage, 1 otherwise. */
  error(error: unknown): number {
    this.#wipe()
    const name = error instanceof Error ? error.name : 'Error'
    const message = error instanceof Error ? error.message : String(error)
    const runId = error instanceof RemoteError ? error.runId : undefined
    const told = { name, message, ...(runId === undefined ? {} : { runId }) }
    if (this.json) process.stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`)
    process.stderr.write(`${name}: ${message}\n`)
    if (runId !== undefined) process.stderr.write(`see \`regimen executions show ${runId}\`\n`)
    // Whoever refused it, the command or a function that it asked.
    return name === 'InvalidRequest' ? 2 : 1
  }

  #wipe(): void {
    if (this.#transient) process.stderr.write('\r\x1b[2K')
    this.#transient = false
  }
}

/** Columns as wide as their widest cell, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  if (rows.length === 0) return '(none)'
  const texts = rows.map((row) =>
    row.map((cell) => (cell === null || cell === undefined ? '–' : format(cell))),
  )
  const widths = header.map((name, column) =>
    Math.max(name.length, ...texts.map((row) => row[column]?.length ?? 0)),
  )
  const right = header.map((_, column) => rows.every((row) => typeof row[column] !== 'string'))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) =>
        right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...texts.map(line)].join('\n')
}

function format(cell: string | number): string {
  if (typeof cell === 'string') return cell
  if (Number.isInteger(cell)) return cell.toLocaleString('en-US')
  return Math.abs(cell) >= 1000
    ? Math.round(cell).toLocaleString('en-US')
    : Number(cell.toPrecision(4)).toString()
}

export const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`

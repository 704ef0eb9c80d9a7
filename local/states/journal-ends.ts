/** Reads the first and the last records of a journal without the middle: an execution's beginning and end. */
import { open } from 'node:fs/promises'
import type { JournalRecord, Redrive } from './journal.ts'

const blockBytes = 65_536

export type StartRecord = Extract<JournalRecord, { kind: 'start' }>
export type EndRecord = Extract<JournalRecord, { kind: 'end' }>

export interface JournalEnds {
  readonly start: StartRecord
  /** Absent while the execution runs. */
  readonly end: EndRecord | undefined
  /** The end was handed to EventBridge. */
  readonly told: boolean
  /** The latest redrive, as far as the last records tell: while a redriven execution runs, its journal's middle knows. */
  readonly redrive: Redrive | undefined
}

/** `undefined` when not even the start is whole: such an execution was never acknowledged. */
export async function readEnds(path: string): Promise<JournalEnds | undefined> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const read = async (from: number, length: number) => {
      const block = Buffer.alloc(length)
      const { bytesRead } = await file.read(block, 0, length, from)
      return block.subarray(0, bytesRead)
    }
    let head = await read(0, Math.min(size, blockBytes))
    while (!head.includes(10) && head.length < size)
      head = await read(0, Math.min(size, head.length + 4 * blockBytes))
    const start = parse(head.subarray(0, Math.max(0, head.indexOf(10))).toString())
    if (start?.kind !== 'start') return undefined
    // The tail grows until it holds the last two whole lines, or the file is all of it.
    let length = Math.min(size, blockBytes)
    for (;;) {
      const tail = (await read(size - length, length)).toString()
      const lines = tail.slice(0, tail.lastIndexOf('\n') + 1).split('\n')
      const whole = length === size ? lines : lines.slice(1)
      const last = whole.filter((line) => line !== '').slice(-2)
      if (last.length === 2 || length === size) {
        return { start, ...endIn(last.map(parse)) }
      }
      length = Math.min(size, length * 4)
    }
  } finally {
    await file.close()
  }
}

/** A redrive after an end takes the end back. */
function endIn(records: readonly (JournalRecord | undefined)[]): Omit<JournalEnds, 'start'> {
  const latest = records.at(-1)
  const end = latest?.kind === 'told' ? records.at(-2) : latest
  if (end?.kind === 'end') return { end, told: latest?.kind === 'told', redrive: end.redrive }
  return { end: undefined, told: false, redrive: latest?.kind === 'redriven' ? redriveOf(latest) : undefined }
}

/** The redrive that a record tells. */
export const redriveOf = ({ count, date, token }: Redrive): Redrive => ({
  count,
  date,
  ...(token === undefined ? {} : { token }),
})

function parse(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

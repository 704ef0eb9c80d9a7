/** The lock on a cloud's directory: two clouds writing the same files would lose each other's data. */
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { processStartTime } from './process-identity.ts'

/** Far longer than it takes from reading a stale lock to removing it. */
const takeOverMilliseconds = 50

const holder = z.object({ pid: z.int(), startedAt: z.string(), processStart: z.string() })

export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'
}

/**
 * Takes the lock and answers what releases it. A lock whose process is gone, or whose pid now belongs to a process
 * that started at another time, is stale and taken over.
 * @throws DirectoryInUse naming the process that holds it.
 */
export function lockDirectory(directory: string, now: Date): () => void {
  const file = join(directory, 'lock')
  const mine = JSON.stringify({
    pid: process.pid,
    startedAt: now.toISOString(),
    processStart: processStartTime(process.pid) ?? '',
  })
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(file, mine) && (attempt === 0 || stillThere(file, mine))) return () => release(file, mine)
    const other = read(file)
    if (other !== undefined && alive(other.pid, other.processStart))
      throw new DirectoryInUse(
        `${directory} is in use by the local cloud with process id ${other.pid}, started at ${other.startedAt}; stop it first or use another directory`,
      )
    rmSync(file, { force: true })
  }
  throw new DirectoryInUse(`${file} cannot be taken; another local cloud starts at the same time`)
}

/** Another cloud may have found the same stale lock, and may take away the new one in the belief that it is the old. */
function stillThere(file: string, mine: string): boolean {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, takeOverMilliseconds)
  return existsSync(file) && readFileSync(file, 'utf8') === mine
}

function create(file: string, text: string): boolean {
  try {
    const handle = openSync(file, 'wx')
    writeSync(handle, text)
    closeSync(handle)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function read(file: string): z.output<typeof holder> | undefined {
  try {
    return holder.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // A torn lock file was left by a crash: nobody holds it.
    return undefined
  }
}

function release(file: string, mine: string): void {
  try {
    if (readFileSync(file, 'utf8') === mine) rmSync(file)
  } catch {
    // Already removed with its directory: nothing to release.
  }
}

/** A zombie holds nothing: where nobody reaps, as in many containers, a killed process stays one for ever. */
function alive(pid: number, start: string): boolean {
  const now = processStartTime(pid)
  return now !== undefined && (start === '' || now === start)
}

/** The lock on a cloud's directory: two clouds writing the same files would lose each other's data. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

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
    processStart: processStart(process.pid) ?? '',
  })
  for (let attempt = 0; attempt < 3; attempt++) {
    if (create(file, mine)) return () => release(file, mine)
    const other = read(file)
    if (other !== undefined && alive(other.pid, other.processStart))
      throw new DirectoryInUse(
        `${directory} is in use by the local cloud with process id ${other.pid}, started at ${other.startedAt}; stop it first or use another directory`,
      )
    rmSync(file, { force: true })
  }
  throw new DirectoryInUse(`${file} cannot be taken; another local cloud starts at the same time`)
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

function alive(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  const now = processStart(pid)
  return now === undefined || start === '' || now === start
}

/** Start time of a process in clock ticks since boot (proc(5), field 22); `undefined` where /proc does not exist. */
function processStart(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Which process a pid means: its start time tells it from a later one that was given the same number. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** The start time of a live process in the system's own spelling; `undefined` when there is none (or a zombie). */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid)
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined
  }
}

/** Fields 3 (state) and 22 (start time in ticks since boot) of proc(5) `stat`; field 2 may itself hold spaces and parentheses. */
function linuxStartTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

export const isAlive = (identity: { pid: number; startTime: string }) =>
  processStartTime(identity.pid) === identity.startTime

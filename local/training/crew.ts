/** Threads that run the same program in step: each has a rank, and they meet at barriers. */

export interface Crew {
  readonly rank: number
  readonly size: number
  /** Returns once every member has called it. */
  meet(): void
}

/** The crew of one: nothing to wait for. */
export const alone: Crew = {
  rank: 0,
  size: 1,
  meet() {
    return
  },
}

/** @param state two shared integers, zero at first: how many have arrived, and the number of past meetings. */
export function crewMember(rank: number, size: number, state: Int32Array): Crew {
  return {
    rank,
    size,
    meet() {
      const meeting = Atomics.load(state, 1)
      if (Atomics.add(state, 0, 1) === size - 1) {
        Atomics.store(state, 0, 0)
        Atomics.add(state, 1, 1)
        Atomics.notify(state, 1)
      } else {
        while (Atomics.load(state, 1) === meeting) Atomics.wait(state, 1, meeting)
      }
    },
  }
}

/** Rows are dealt out in chunks, so that sorted data gives every member its share of every node. */
const CHUNK = 1_024

/** Calls `visit(from, to)` for each of the member's own row ranges, ascending. */
export function forOwnRows(crew: Crew, rows: number, visit: (from: number, to: number) => void): void {
  for (let from = crew.rank * CHUNK; from < rows; from += crew.size * CHUNK)
    visit(from, Math.min(rows, from + CHUNK))
}

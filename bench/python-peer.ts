/** A Python program as the other side of a bench: one command line in, one JSON line back. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface PythonPeer {
  /** @throws Error when the program ends before it answers; its own message is on stderr. */
  ask(command: string): Promise<Record<string, unknown>>
  close(): void
}

export function pythonPeer(python: string, parameters: readonly string[]): PythonPeer {
  const child = spawn(python, parameters, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async ask(command) {
      child.stdin.write(`${command}\n`)
      const { value, done } = await lines.next()
      if (done === true) throw new Error(`the Python side ended at "${command}"`)
      return JSON.parse(value)
    },
    close: () => child.stdin.end(),
  }
}

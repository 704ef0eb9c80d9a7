/** Directories that a test file writes into; `test/left-behind.ts` removes them when the file has ended. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const made: string[] = []

export function temporaryDirectory(prefix: string): string {
  const directory = mkdtempSync(join(tmpdir(), `${prefix}-`))
  made.push(directory)
  return directory
}

export function removeTemporaryDirectories(): void {
  // What was started in the background may still write a last file.
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
}

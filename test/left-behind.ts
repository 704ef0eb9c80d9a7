/**
 * Each test file has a temporary directory of its own, and fails when anything is left there at its end: what the product
 * makes, the product removes, and so do the tests.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, type RunnerTask } from 'vitest'
import { removeTemporaryDirectories } from './builders/temporary-directory.ts'

const scratch = mkdtempSync(join(tmpdir(), 'regimen-test-'))
const before = process.env.TMPDIR
process.env.TMPDIR = scratch

// One that was cut off leaves what it was at, and has failed anyway.
const hasFailed = (task: RunnerTask): boolean =>
  task.result?.state === 'fail' || ('tasks' in task && task.tasks.some(hasFailed))

// biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern, and gives the file second
afterAll(({}, file) => {
  removeTemporaryDirectories()
  const left = readdirSync(scratch)
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5 })
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  if (!hasFailed(file)) expect(left, 'left in the temporary directory').toEqual([])
})

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../local/states/fake-engine.ts'
import { durableOutput } from '../local/states/fixtures/durable-machine.ts'

const script = join(import.meta.dirname, '..', 'local', 'states', 'fixtures', 'durable-process.ts')

/** Runs until it has written so many records; `undefined`: to the end. @returns how the execution ended */
async function runProcess(directory: string, records: number | undefined): Promise<unknown> {
  const command = ['--no-warnings', script, directory, ...(records === undefined ? [] : [String(records)])]
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let end: unknown
  for await (const line of createInterface({ input: child.stdout }))
    if (line !== 'ready') end = JSON.parse(line)
  await exited
  return end
}

test('1 killed with -9 after every few transitions, a process carries its execution to the same output', async () => {
  const directory = temporaryDirectory()
  let end: unknown
  let kills = -1
  // Odd distances, so that the kills meet every kind of record.
  for (const records of [1, 3, 5, 2, 7, 4, 3, 6, 5, 8, 3, undefined]) {
    kills += 1
    end = await runProcess(directory, records)
    if (end !== undefined) break
  }
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: durableOutput })
  expect(kills).toBeGreaterThan(7)
  const calls = readFileSync(join(directory, 'calls.log'), 'utf8').trim().split('\n')
  expect(calls.filter((call) => call === 'CreateTrainingJob')).toHaveLength(1)
  // Each kill can catch at most three calls between their work and its record.
  expect(calls.length).toBeLessThanOrEqual(12 + 3 * kills)
})

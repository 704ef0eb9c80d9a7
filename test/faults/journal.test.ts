import { spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { Engine } from '../../../local/states/engine.ts'
import { eventsOf, temporaryDirectory } from './fake-engine.ts'
import { durableCalls, durableMachine, durableOutput } from './fixtures/durable-machine.ts'
import { executionArn, startOf } from './fixtures/execution.ts'

const folder = (directory: string) => join(directory, 'executions', 'machine')
const journalOf = (directory: string) => {
  const name = readdirSync(folder(directory)).find((file) => file.endsWith('.jsonl'))
  return join(folder(directory), name!)
}

async function engineOn(directory: string, done: string[], jobs: Set<string>): Promise<Engine> {
  return Engine.open({
    directory,
    region: 'us-east-1',
    pollMilliseconds: 1,
    call: durableCalls(
      (what) => done.push(what),
      jobs,
      () => new Promise(setImmediate),
    ),
  })
}

test('a journal cut anywhere resumes to the same output, without running again what had finished', async () => {
  const whole = temporaryDirectory()
  const jobs = new Set<string>()
  const all: string[] = []
  const first = await engineOn(whole, all, jobs)
  await first.start(startOf(durableMachine))
  expect(await first.ended(executionArn('one'))).toMatchObject({ output: durableOutput })
  await first.close()
  const text = readFileSync(journalOf(whole))
  const cuts: number[] = []
  for (let at = text.indexOf(10) + 1; at < text.length; at = text.indexOf(10, at) + 1) {
    // Whole lines, and every other time a torn one.
    cuts.push(cuts.length % 2 === 0 ? at : at + 7)
  }
  const resumeFrom = async (cut: number) => {
    const copy = temporaryDirectory()
    cpSync(whole, copy, { recursive: true })
    truncateSync(journalOf(copy), cut)
    const kept = text.subarray(0, text.subarray(0, cut).lastIndexOf(10) + 1).toString()
    const finished = kept.split('\n').filter((line) => line.includes('"name":"result:'))
    const again: string[] = []
    // The job may exist from the moment on which its start was decided.
    const started = kept.includes('job-one')
    const engine = await engineOn(copy, again, new Set(started ? jobs : []))
    await engine.resume()
    await engine.ended(executionArn('one'))
    expect((await engine.ends(executionArn('one')))?.end?.output, `cut at byte ${cut}`).toEqual(durableOutput)
    const events = await eventsOf(engine)
    expect(
      events.map((event) => event.id),
      `cut at byte ${cut}`,
    ).toEqual(events.map((_, i) => i + 1))
    if (started) expect(again).not.toContain('CreateTrainingJob')
    for (const line of finished) {
      const payload = JSON.parse(line).value.result.Payload
      if (typeof payload === 'string') expect(again).not.toContain(payload.slice(0, -1))
    }
    await engine.close()
  }
  await Promise.all(cuts.map(resumeFrom))
  expect(cuts.length).toBeGreaterThan(40)
})

test('killed with -9 again and again, a process carries its execution to the same output', async () => {
  const directory = temporaryDirectory()
  const script = join(import.meta.dirname, 'fixtures', 'durable-process.ts')
  let end: unknown
  let kills = 0
  for (const delay of [20, 60, 35, 90, 10, 50, undefined]) {
    const child = spawn(process.execPath, ['--no-warnings', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    for await (const line of createInterface({ input: child.stdout })) {
      if (line !== 'ready') end = JSON.parse(line)
      else if (delay !== undefined) setTimeout(() => child.kill('SIGKILL'), delay)
    }
    await exited
    if (end !== undefined) break
    kills += 1
  }
  expect(end).toMatchObject({ status: 'SUCCEEDED', output: durableOutput })
  expect(kills).toBeGreaterThan(0)
  const calls = readFileSync(join(directory, 'calls.log'), 'utf8').trim().split('\n')
  expect(calls.filter((call) => call === 'CreateTrainingJob').length).toBe(1)
  // Each kill can catch at most three calls between their work and its record.
  expect(calls.length).toBeLessThanOrEqual(12 + 3 * kills)
})

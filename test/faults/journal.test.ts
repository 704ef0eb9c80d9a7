import { cpSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { DurableCollection } from '../../local/durable-collection.ts'
import { Engine } from '../../local/states/engine.ts'
import { FileJournal, readJournal } from '../../local/states/journal.ts'
import { eventsOf, temporaryDirectory } from '../local/states/fake-engine.ts'
import { durableCalls, durableMachine, durableOutput } from '../local/states/fixtures/durable-machine.ts'
import { executionArn, startOf } from '../local/states/fixtures/execution.ts'

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

test('1 a journal cut at any transition resumes to the same output, without running again what had finished', async () => {
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

test('1 a redrive that a crash interrupts at any transition goes on to the same output', async () => {
  const whole = temporaryDirectory()
  const down = new Set(['left'])
  const openOn = (directory: string, jobs: Set<string>) => {
    const call = durableCalls(
      () => undefined,
      jobs,
      () => new Promise(setImmediate),
    )
    return Engine.open({
      directory,
      region: 'us-east-1',
      pollMilliseconds: 1,
      call: async (service, action, input, as) => {
        const payload =
          input.Payload instanceof Uint8Array ? JSON.parse(Buffer.from(input.Payload).toString()) : ''
        if (down.has(payload)) throw new Error('the function is down')
        return call(service, action, input, as)
      },
    })
  }
  const jobs = new Set<string>()
  const first = await openOn(whole, jobs)
  await first.start(startOf(durableMachine))
  expect((await first.ended(executionArn('one')))?.status).toBe('FAILED')
  down.clear()
  await first.redrive(executionArn('one'))
  expect(await first.ended(executionArn('one'))).toMatchObject({ output: durableOutput })
  await first.close()
  const text = readFileSync(journalOf(whole))
  let cuts = 0
  for (
    let at = text.indexOf('"kind":"redriven"');
    at < text.length - 1 && at >= 0;
    at = text.indexOf(10, at + 1)
  ) {
    const copy = temporaryDirectory()
    cpSync(whole, copy, { recursive: true })
    truncateSync(journalOf(copy), at + 1)
    const engine = await openOn(copy, new Set(jobs))
    await engine.resume()
    // Cut within its own record, the redrive was never acknowledged.
    if (engine.get(executionArn('one'))?.status === 'FAILED') await engine.redrive(executionArn('one'))
    await engine.ended(executionArn('one'))
    const ends = await engine.ends(executionArn('one'))
    expect(ends, `cut at byte ${at}`).toMatchObject({ end: { output: durableOutput }, redrive: { count: 1 } })
    const events = await eventsOf(engine)
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
    await engine.close()
    cuts += 1
  }
  expect(cuts).toBeGreaterThan(5)
})

test('3 a job that had succeeded before the crash is adopted: its result is taken, nothing is trained again', async () => {
  const whole = temporaryDirectory()
  const jobs = new Set<string>()
  const first = await engineOn(whole, [], jobs)
  await first.start(startOf(durableMachine))
  await first.ended(executionArn('one'))
  await first.close()
  const lines = readFileSync(journalOf(whole), 'utf8').split('\n')
  const decided = lines.findIndex((line) => line.includes('"name":"begun:0"') && line.includes('job-one'))
  const recorded = lines.findIndex((line) => line.includes('"name":"result:0"') && line.includes('job-one'))
  expect(recorded).toBeGreaterThan(decided)
  // Lost with the cloud: that the job was submitted, and that it succeeded.
  for (let kept = decided + 1; kept <= recorded; kept += 1) {
    const copy = temporaryDirectory()
    cpSync(whole, copy, { recursive: true })
    truncateSync(journalOf(copy), Buffer.byteLength(`${lines.slice(0, kept).join('\n')}\n`))
    const again: string[] = []
    const engine = await engineOn(copy, again, jobs)
    await engine.resume()
    await engine.ended(executionArn('one'))
    expect((await engine.ends(executionArn('one')))?.end?.output).toEqual(durableOutput)
    expect(again).not.toContain('CreateTrainingJob')
    await engine.close()
  }
})

test('4 a record that was torn at any byte is dropped, and nothing before it', async () => {
  const directory = temporaryDirectory()
  const path = join(directory, 'journal.jsonl')
  const note = (name: string) => ({ kind: 'note' as const, at: '0', name, value: 'ä€😀', events: [] })
  const journal = await FileJournal.open(path)
  for (const name of ['first', 'second', 'last']) await journal.append(note(name))
  await journal.close()
  const whole = readFileSync(path)
  const start = whole.lastIndexOf(10, whole.length - 2) + 1
  for (let size = start; size < whole.length; size += 1) {
    writeFileSync(path, whole.subarray(0, size))
    const reopened = await FileJournal.open(path)
    await reopened.append(note('next'))
    await reopened.close()
    const names: unknown[] = []
    for await (const record of readJournal(path)) names.push('name' in record && record.name)
    expect(names, `torn at byte ${size}`).toEqual(['first', 'second', 'next'])
  }
  expect(whole.length - start).toBeGreaterThan(50)
})

test('4 a state file that was being replaced keeps its old content', () => {
  const directory = temporaryDirectory()
  const schema = z.object({ value: z.string() })
  const records = new DurableCollection(directory, schema)
  records.put('one', { value: 'old' })
  const [file = ''] = readdirSync(directory)
  const next = JSON.stringify({ id: 'one', item: { value: 'new' } })
  for (let size = 0; size <= next.length; size += 1) {
    // Killed while it wrote the replacement, before the rename.
    writeFileSync(join(directory, `${file}.new`), next.slice(0, size))
    expect(new DurableCollection(directory, schema).get('one')).toEqual({ value: 'old' })
  }
  expect(readdirSync(directory)).toEqual([file])
})

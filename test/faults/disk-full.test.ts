import fs, { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { DurableCollection } from '../../local/durable-collection.ts'
import {
  eventsOf,
  executionArn,
  jsonata,
  lambda,
  lambdaAnswer,
  openEngine,
  startOf,
  temporaryDirectory,
} from '../local/states/fake-engine.ts'

const enospc = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

/** A disk with so much room left: the write that meets its end is torn, every later one refused. */
function diskOf(bytes: number) {
  const append = fs.appendFileSync
  const disk = { left: bytes }
  const limited = (file: fs.PathOrFileDescriptor, data: string | Uint8Array) => {
    const content = Buffer.from(data)
    const fits = content.subarray(0, disk.left)
    disk.left -= fits.length
    append(file, fits)
    if (fits.length < content.length) throw enospc()
  }
  fs.appendFileSync = limited as typeof append
  syncBuiltinESMExports()
  onTestFinished(() => {
    fs.appendFileSync = append
    syncBuiltinESMExports()
  })
  return disk
}

const machine = jsonata({
  A: lambda({ End: undefined, Next: 'B' }),
  B: lambda({ End: undefined, Next: 'C' }),
  C: lambda(),
})
const answers = (asked: unknown[]) => ({
  'lambda:Invoke': lambdaAnswer((payload) => {
    asked.push(payload)
    return `${payload}!`
  }),
})

test('6 a full disk fails the execution with what to do, and a redrive goes on once there is room', async () => {
  const asked: unknown[] = []
  const { engine } = await openEngine(answers(asked))
  // Enough for the start and the first state, whatever else is written.
  const disk = diskOf(3_000)
  await engine.start(startOf(machine, 'x'))
  await engine.ended(executionArn('one'))
  const failed = await engine.ends(executionArn('one'))
  expect(engine.get(executionArn('one'))?.status).toBe('FAILED')
  expect(failed?.end).toMatchObject({
    status: 'FAILED',
    error: 'States.Runtime',
    cause:
      'The journal of the execution could not be written: ENOSPC: no space left on device, write. Free the disk, then redrive the execution.',
  })
  const before = asked.length
  disk.left = 1_000_000
  await engine.redrive(executionArn('one'))
  expect(await engine.ended(executionArn('one'))).toMatchObject({ status: 'SUCCEEDED', output: 'x!!!' })
  // Only the task whose record found no room is asked again.
  expect(asked.length).toBeLessThanOrEqual(4)
  expect(before).toBeGreaterThan(0)
  const events = await eventsOf(engine)
  expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1))
})

test('6 an execution whose end found no room either goes on in the next cloud, from a journal that is whole', async () => {
  const asked: unknown[] = []
  for (let room = 400; room < 4_000; room += 300) {
    const { engine, directory } = await openEngine(answers(asked))
    const disk = diskOf(room)
    const started = await engine.start(startOf(machine, 'x')).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code,
    )
    await engine.ended(executionArn('one'))
    await engine.close()
    disk.left = 1_000_000
    const next = await openEngine(answers(asked), { directory })
    await next.engine.resume()
    if (next.engine.get(executionArn('one'))?.status === 'FAILED')
      await next.engine.redrive(executionArn('one'))
    await next.engine.ended(executionArn('one'))
    const ends = await next.engine.ends(executionArn('one'))
    // What was never acknowledged does not exist; everything else comes to its end.
    expect(started === true ? ends?.end?.output : started, `room for ${room} bytes`).toBe(
      started === true ? 'x!!!' : 'ENOSPC',
    )
  }
})

test('6 a directory that cannot be made refuses the start, and nothing is half there', async () => {
  const { engine, directory } = await openEngine(answers([]))
  // Stands in the way for the superuser too, for whom nothing is read-only.
  const inTheWay = join(directory, 'executions', 'machine')
  writeFileSync(inTheWay, '')
  await expect(engine.start(startOf(machine, 'x'))).rejects.toMatchObject({ code: 'EEXIST' })
  expect(engine.get(executionArn('one'))).toBeUndefined()
  rmSync(inTheWay)
  await engine.start(startOf(machine, 'x'))
  expect((await engine.ended(executionArn('one')))?.status).toBe('SUCCEEDED')
})

test('6 a record that finds no room leaves the old one, in memory and on disk', () => {
  const directory = temporaryDirectory()
  const schema = z.object({ value: z.string() })
  const records = new DurableCollection(directory, schema)
  records.put('one', { value: 'old' })
  const write = fs.writeSync
  const torn = (file: number, text: unknown) => {
    write(file, String(text).slice(0, 7))
    throw enospc()
  }
  fs.writeSync = torn as unknown as typeof write
  syncBuiltinESMExports()
  try {
    expect(() => records.put('one', { value: 'new' })).toThrow('ENOSPC')
    expect(() => records.put('two', { value: 'new' })).toThrow('ENOSPC')
  } finally {
    fs.writeSync = write
    syncBuiltinESMExports()
  }
  expect(records.get('one')).toEqual({ value: 'old' })
  expect(records.has('two')).toBe(false)
  expect(new DurableCollection(directory, schema).values()).toEqual([{ value: 'old' }])
  const [file = ''] = readdirSync(directory)
  expect(JSON.parse(readFileSync(join(directory, file), 'utf8')).item).toEqual({ value: 'old' })
})

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { lockDirectory } from '../../local/lock.ts'
import { eventually } from '../local/fake-cloud.ts'
import { temporaryDirectory } from '../local/states/fake-engine.ts'

const entry = join(import.meta.dirname, '..', '..', 'local', 'main.ts')

/** A local cloud as `regimen up` starts it: answers what it said once it is ready or has refused. */
async function startCloud(directory: string): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, ['--no-warnings', entry, '--dir', directory, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const firstLine = (stream: NodeJS.ReadableStream) =>
    new Promise<string>((resolve) => createInterface({ input: stream }).once('line', resolve))
  return { child, said: await Promise.race([firstLine(child.stdout), firstLine(child.stderr)]) }
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) =>
    child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode),
  )

test('5 of two clouds on one directory the second refuses and names the first; a killed one holds nothing', async () => {
  const directory = temporaryDirectory()
  const first = await startCloud(directory)
  expect(JSON.parse(first.said)).toMatchObject({ ready: true, pid: first.child.pid })
  const about = readFileSync(join(directory, 'cloud.json'), 'utf8')
  const second = await startCloud(directory)
  expect(await exitOf(second.child)).toBe(1)
  expect(second.said).toMatch(
    new RegExp(
      `^${directory} is in use by the local cloud with process id ${first.child.pid}, started at \\d{4}-.*; stop it first or use another directory$`,
    ),
  )
  expect(readFileSync(join(directory, 'cloud.json'), 'utf8')).toBe(about)
  first.child.kill('SIGKILL')
  await exitOf(first.child)
  const third = await startCloud(directory)
  expect(JSON.parse(third.said)).toMatchObject({ ready: true, pid: third.child.pid })
})

test('5 a lock whose process is a zombie, or whose number belongs to another process, is taken over', async ({
  skip,
}) => {
  if (process.platform !== 'linux') skip('zombies are looked for in /proc, which this system has not')
  const directory = temporaryDirectory()
  // The child of a shell that becomes another program is never waited for; one that ends before that may be.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const pid = Number(
    await new Promise((resolve) => createInterface({ input: parent.stdout }).once('line', resolve)),
  )
  const stat = () => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? []
  await eventually('the process is a zombie', () => stat()[0] === 'Z')
  const lock = join(directory, 'lock')
  for (const processStart of [stat()[19], '1']) {
    writeFileSync(lock, JSON.stringify({ pid, startedAt: 'then', processStart }))
    lockDirectory(directory, new Date())()
    expect(existsSync(lock)).toBe(false)
  }
  expect(execFileSync('cat', [`/proc/${pid}/stat`], { encoding: 'latin1' })).toContain(') Z ')
})

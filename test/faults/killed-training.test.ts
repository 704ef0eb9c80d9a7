import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isAlive, processStartTime } from '../../local/process-identity.ts'
import { eventually } from '../local/fake-cloud.ts'
import { temporaryDirectory } from '../local/states/fake-engine.ts'

const script = join(import.meta.dirname, 'fixtures', 'training-cloud.ts')

/** A cloud in a process of its own, with a trainer that waits until it is let go. */
function rig() {
  const directory = temporaryDirectory()
  const [pidFile, go] = [join(directory, 'pids'), join(directory, 'go')]
  const pids = () => (existsSync(pidFile) ? readFileSync(pidFile, 'utf8').trim().split('\n').map(Number) : [])
  return {
    pids,
    letGo: () => writeFileSync(go, ''),
    start() {
      const command = ['--no-warnings', script, join(directory, 'cloud'), pidFile, go]
      const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      child.stdout.on('data', (text) => {
        said += text
      })
      const ended = new Promise<string>((resolve) => child.once('close', () => resolve(said)))
      return { child, ended }
    },
    trains: (count: number) => eventually(`${count} trainers were begun`, () => pids().length >= count),
  }
}

const kill = async ({ child, ended }: { child: ChildProcess; ended: Promise<string> }) => {
  child.kill('SIGKILL')
  await ended
}

describe('2 the cloud is killed with -9 in the middle of a training job', () => {
  test('2 its trainer goes on, and the next cloud attaches to it: one job, one training', async () => {
    const { pids, letGo, start, trains } = rig()
    const first = start()
    await trains(1)
    await kill(first)
    const [trainer = 0] = pids()
    expect(processStartTime(trainer)).toBeDefined()
    const second = start()
    await kill(second)
    const third = start()
    letGo()
    const end = JSON.parse(await third.ended)
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: '["job-0","Completed"]' })
    expect(end.jobs).toHaveLength(1)
    expect(end.models).toContain('b/model/job-0/output/model.tar.gz')
    expect(pids()).toEqual([trainer])
    expect(processStartTime(trainer)).toBeUndefined()
  })

  test('2 its trainer is killed too: the job is run once more, and no process is left', async () => {
    const { pids, letGo, start, trains } = rig()
    const first = start()
    await trains(1)
    await kill(first)
    const [lost = 0] = pids()
    process.kill(lost, 'SIGKILL')
    await eventually('the trainer is gone', () => processStartTime(lost) === undefined)
    letGo()
    const end = JSON.parse(await start().ended)
    expect(end).toMatchObject({ status: 'SUCCEEDED', output: '["job-0","Completed"]' })
    expect(pids()).toHaveLength(2)
    expect(pids().map(processStartTime)).toEqual([undefined, undefined])
  })

  test('2 a trainer that is not on record yet ends with the cloud that was about to begin it', async () => {
    const directory = temporaryDirectory()
    const ran = join(directory, 'ran')
    const module = join(import.meta.dirname, '..', '..', 'local', 'sagemaker', 'training-process.ts')
    writeFileSync(
      join(directory, 'trainer.ts'),
      `import { writeFileSync } from 'node:fs'\nwriteFileSync('${ran}', '')`,
    )
    const cloud = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `const { startTrainer } = await import('${module}')
         const { identity } = startTrainer('${directory}/trainer.ts', '${directory}')
         console.log(JSON.stringify(identity))
         setInterval(() => undefined, 1000)`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const identity = JSON.parse(
      await new Promise((resolve) => cloud.stdout.once('data', (text) => resolve(String(text)))),
    )
    expect(isAlive(identity)).toBe(true)
    cloud.kill('SIGKILL')
    await eventually('the waiting process is gone', () => !isAlive(identity))
    expect(existsSync(ran)).toBe(false)
  })
})

/** A local cloud in a process of its own, brought up by the command as a user does, with its memory looked at. */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const command = fileURLToPath(new URL('../cli/bin.mjs', import.meta.url))

export interface CloudUnderTest {
  readonly endpoint: string
  /** Where it keeps its state: `--dir` of the command. */
  readonly directory: string
  /** From the command to the first answer of the endpoint, seconds. */
  readonly firstAnswerSeconds: number
  /** From the command to the program deployed, seconds. */
  readonly deployedSeconds: number
  /** What the cloud and the processes that it keeps take now. */
  usage(): Usage
  stop(): void
}

export interface Usage {
  readonly residentMegabytes: number
  /** Of the processor, since each process began, by its id. */
  readonly seconds: ReadonlyMap<number, number>
}

export async function bringUp(): Promise<CloudUnderTest> {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-bench-'))
  const port = await freePort()
  const endpoint = `http://127.0.0.1:${port}`
  const begun = performance.now()
  const child = spawn(
    process.execPath,
    [command, 'up', '--detach', '--json', '--dir', directory, '--port', String(port)],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  )
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  while (!(await answers(endpoint))) await new Promise((resolve) => setTimeout(resolve, 10))
  const firstAnswerSeconds = (performance.now() - begun) / 1_000
  const stop = () => {
    execFileSync(process.execPath, [command, 'down', '--dir', directory], { stdio: 'ignore' })
    rmSync(directory, { recursive: true, force: true })
  }
  if ((await ended) !== 0) {
    stop()
    throw new Error(`regimen up failed: ${printed.slice(-500)}`)
  }
  const deployedSeconds = (performance.now() - begun) / 1_000
  const { pid }: { pid: number } = JSON.parse(printed)
  return {
    endpoint,
    directory,
    firstAnswerSeconds,
    deployedSeconds,
    usage: () => usageOf(pid),
    stop,
  }
}

/** Any answer counts: a refusal is one. */
const answers = (endpoint: string) =>
  fetch(endpoint).then(
    () => true,
    () => false,
  )

/** Linux and macOS: `ps` tells kilobytes, and times as [[days-]hours:]minutes:seconds. */
function usageOf(pid: number): Usage {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,time='], { encoding: 'utf8' })
  let kilobytes = 0
  const seconds = new Map<number, number>()
  for (const line of table.trim().split('\n')) {
    const [id = '', parent = '', resident = '', time = ''] = line.trim().split(/\s+/)
    if (Number(id) !== pid && Number(parent) !== pid) continue
    kilobytes += Number(resident)
    seconds.set(Number(id), secondsOf(time))
  }
  return { residentMegabytes: kilobytes / 1_000, seconds }
}

function secondsOf(time: string): number {
  const [days, clock] = time.includes('-') ? time.split('-') : ['0', time]
  return (clock ?? '').split(':').reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

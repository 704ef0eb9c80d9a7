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
  /** Resident memory of the cloud and of the processes that it keeps, megabytes. */
  residentMegabytes(): number
  stop(): void
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
    residentMegabytes: () => residentOf(pid),
    stop,
  }
}

/** Any answer counts: a refusal is one. */
const answers = (endpoint: string) =>
  fetch(endpoint).then(
    () => true,
    () => false,
  )

/** Linux and macOS: `ps` tells kilobytes. */
function residentOf(pid: number): number {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' })
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  let kilobytes = 0
  for (const [id = 0, parent = 0, resident = 0] of rows)
    if (id === pid || parent === pid) kilobytes += resident
  return kilobytes / 1_000
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** docs/walkthrough.md, command by command, on a local cloud of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../../bench/cloud-under-test.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = readFileSync(join(root, 'docs/walkthrough.md'), 'utf8')
const lines = [...page.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block = '']) => block.split('\n'))
  .filter((line) => line !== '')
const directory = mkdtempSync(join(tmpdir(), 'regimen-walkthrough-'))
const port = await freePort()

interface Said {
  readonly code: number
  readonly answer: unknown
  readonly error: string
}

async function run(line: string): Promise<Said> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  const place = [
    '--json',
    '--dir',
    join(directory, 'cloud'),
    ...(words[2] === 'up' ? ['--port', String(port)] : []),
  ]
  const command = [join(root, 'cli/bin.mjs'), ...words.slice(2), ...place]
  try {
    const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: directory })
    return { code: 0, answer: JSON.parse(stdout), error: '' }
  } catch (error) {
    const { code = 1, stdout = '' } = error as { code?: number; stdout?: string }
    return { code, answer: undefined, error: stdout }
  }
}

afterAll(async () => {
  await run('npx regimen down')
  rmSync(directory, { recursive: true, force: true })
})

test('every command does what the page says', async () => {
  const answers = new Map<string, unknown>()
  for (const line of lines) {
    const [command = '', comment = ''] = line.split(/\s+#\s*/)
    expect(command).toMatch(/^npx regimen /)
    const { code, answer, error } = await run(command)
    expect(code, `${command}\n${error}`).toBe(comment === 'refused' ? 1 : 0)
    answers.set(command, code === 0 ? answer : error)
  }
  const of = (beginning: string) => [...answers].find(([command]) => command.startsWith(beginning))?.[1]
  expect(of('npx regimen models approve 1 --as data-scientist')).toContain('AccessDenied')
  expect(of('npx regimen models deploy 2')).toMatchObject({ modelVersion: '2', replaced: '1' })
  expect(of('npx regimen models deploy 3')).toContain('DeploymentTakenBack')
  expect(of('npx regimen models rollback')).toMatchObject({ rolledBack: true, version: '1' })
  expect(of('npx regimen models history --at')).toMatchObject({ inProduction: { version: '1' } })
  expect(of('npx regimen audit --who approver')).toMatchObject([
    {
      action: 'decide version: Approved',
      resource: 'adherence version 3',
      purpose: 'its own figures look fine',
    },
  ])
  expect(of('npx regimen audit --as data-scientist')).toContain('an explicit deny by ReadsNoEvents')
  const sound = { sound: true, breaches: [] }
  expect(of('npx regimen audit verify --keep')).toMatchObject(sound)
  expect(of('npx regimen audit verify --against')).toMatchObject(sound)
}, 300_000)

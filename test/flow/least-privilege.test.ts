/** What each role called while models lived on a local cloud, held against what its policy allows: nothing more without a reason. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../bench/cloud-under-test.ts'
import { type RecordedCall, readCalls } from '../../local/iam/call-record.ts'
import { evaluate, noCode, repository, statements } from '../stacks/record-program.ts'
import { unseenActions } from './unseen-actions.ts'

const directory = mkdtempSync(join(tmpdir(), 'regimen-privilege-'))
const record = join(directory, 'calls.jsonl')
const cloud = join(directory, 'cloud')

const life = [
  'generate --rows 6000 --seed 1 --out encounters.csv',
  'datasets import encounters.csv --name encounters',
  'train --dataset encounters --as data-scientist --wait',
  'train --dataset encounters --set max_depth=3 --as data-scientist --wait',
  'train --dataset encounters --tune search.json --as data-scientist --wait',
  'models approve 1 --as approver --reason gates',
  'models approve 2 --as approver --hold --reason better',
  'generate --rows 1500 --seed 3 --out batch.csv',
  'infer --input batch.csv --as data-scientist --wait',
  // A batch without its columns fails, and somebody is told.
  'infer --input broken.csv --as data-scientist --wait',
  'predict --input row.json --as data-scientist',
  'models deploy 2 --strategy canary --watch 1 --as ml-engineer --wait',
  'models rollback --as ml-engineer --reason back',
]

const search = JSON.stringify({
  objective: 'validation:auc',
  maxJobs: 2,
  ranges: { max_depth: { min: 2, max: 3 } },
})

async function regimen(line: string): Promise<Record<string, unknown>> {
  const words = [...line.split(' '), '--json', '--dir', cloud]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(repository, 'cli/bin.mjs'), ...words],
    { cwd: directory, maxBuffer: 1e8 },
  )
  return JSON.parse(stdout)
}

const program = await evaluate('dev', {}, noCode)
/** Role to the actions that its policy allows: those of people are tried one by one in `personas.test.ts`. */
const allowed = new Map(
  program
    .of('aws:iam/policy:Policy')
    .filter(({ name }) => !name.startsWith('regimen-people'))
    .map(({ inputs }) => [
      String(inputs.name),
      [
        ...new Set(
          statements(inputs.policy)
            .filter(({ Effect }) => Effect === 'Allow')
            .flatMap(({ Action }) => Action),
        ),
      ].sort(),
    ]),
)
let calls: readonly RecordedCall[] = []

beforeAll(async () => {
  await regimen(`up --detach --port ${await freePort()} --record-calls ${record}`)
  for (const line of life) {
    if (line.includes('row.json')) writeFileSync(join(directory, 'row.json'), firstRow())
    writeFileSync(join(directory, 'broken.csv'), 'a,b\n1,2\n')
    writeFileSync(join(directory, 'search.json'), search)
    if (line.startsWith('infer --input broken.csv')) await expect(regimen(line)).rejects.toThrow()
    else await regimen(line)
  }
  await regimen('down')
  calls = readCalls(record)
}, 400_000)

afterAll(async () => {
  await regimen('down').catch(() => undefined)
  rmSync(directory, { recursive: true, force: true })
})

function firstRow(): string {
  const [header = '', row = ''] = readFileSync(join(directory, 'batch.csv'), 'utf8').split('\n')
  const cells = row.trim().split(',')
  return JSON.stringify(
    Object.fromEntries(
      header
        .trim()
        .split(',')
        .map((name, at) => [name, cells[at]]),
    ),
  )
}

const ofServices = () => calls.filter(({ role }) => allowed.has(role))
const used = (role: string, action: string) =>
  calls.some((call) => call.role === role && call.action === action)
const reasonFor = (role: string, action: string) =>
  unseenActions.find(
    (each) =>
      each.actions.includes(action) &&
      (each.roles === undefined || each.roles.some((end) => role.endsWith(end))),
  )

describe('every role', () => {
  test('is allowed what it called, and called nothing else', () => {
    expect(ofServices().length).toBeGreaterThan(50)
    expect(ofServices().filter((call) => !call.allowed)).toEqual([])
    const strangers = ofServices().filter(({ role, action }) => allowed.get(role)?.includes(action) !== true)
    expect(strangers).toEqual([])
  })

  test('uses what it is allowed, or there is a written reason', () => {
    const rows = [...allowed].flatMap(([role, actions]) => actions.map((action) => ({ role, action })))
    const seen = rows.filter(({ role, action }) => used(role, action))
    const explained = rows.filter(({ role, action }) => !used(role, action) && reasonFor(role, action))
    console.info(
      `${allowed.size} roles, ${rows.length} allowed actions: ${seen.length} called, ${explained.length} with a reason`,
    )
    const idle = rows.filter((row) => !seen.includes(row) && !explained.includes(row))
    expect(idle.map(({ role, action }) => `${role} ${action}`)).toEqual([])
  })

  test('has no reason for what is called, or not allowed at all', () => {
    const needless = unseenActions.filter(
      (each) =>
        ![...allowed].some(([role, actions]) =>
          actions.some((action) => !used(role, action) && reasonFor(role, action) === each),
        ),
    )
    expect(needless).toEqual([])
  })
})

/** Bad input through the real state machines: refused before any job, nothing registered, and the next good run works. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseProject } from '../../functions/project.ts'
import { type Rig, startRig } from '../../local/rig/rig.ts'
import { generate } from '../../projects/adherence/generate.ts'
import { project as adherence } from '../../projects/adherence/project.ts'

const project = parseProject({
  ...adherence,
  gates: [],
  hyperparameters: { ...adherence.hyperparameters, num_round: 10, max_depth: 3, early_stopping_rounds: 5 },
})
const good = [...generate({ seed: 11, encounters: 1_500 })].join('')
const [header = '', ...rows] = good.trimEnd().split('\n')
const names = header.split(',')
const table = (head: string, lines: readonly string[]) => `${[head, ...lines].join('\n')}\n`

/** The table with the cell of one row replaced. */
function withCell(row: number, column: string, cell: string): string {
  const at = names.indexOf(column)
  return table(
    header,
    rows.map((line, place) => (place === row ? line.split(',').with(at, cell).join(',') : line)),
  )
}

function withoutColumn(column: string): string {
  const at = names.indexOf(column)
  return table(
    names.toSpliced(at, 1).join(','),
    rows.map((line) => line.split(',').toSpliced(at, 1).join(',')),
  )
}

const outcome = names.indexOf('readmitted')
const cases: readonly {
  what: string
  text: string
  error: string
  says: readonly string[]
  never?: string
}[] = [
  {
    what: 'a missing column',
    text: withoutColumn('insulin'),
    error: 'DatasetSchemaMismatch',
    says: ['column "insulin" missing', 'expected the 50 columns'],
  },
  {
    what: 'a cell of the wrong type',
    text: withCell(700, 'num_medications', 'Zubrowka'),
    error: 'DatasetQualityRefused',
    says: ['num_medications', 'row 701'],
    never: 'Zubrowka',
  },
  { what: 'an empty file', text: '', error: 'DatasetEmpty', says: ['table.csv'] },
  { what: 'a header alone', text: `${header}\n`, error: 'DatasetEmpty', says: ['table.csv'] },
  {
    what: 'a brand that the contract does not know',
    text: table(
      `${header},semaglutide`,
      rows.map((line) => `${line},Steady`),
    ),
    error: 'DatasetSchemaMismatch',
    says: ['column "semaglutide" unknown to the schema contract'],
  },
  {
    what: 'a dose that no brand has',
    text: withCell(3, 'glipizide', 'Zubrowka'),
    error: 'DatasetQualityRefused',
    says: ['glipizide', 'row 4'],
    never: 'Zubrowka',
  },
  {
    what: 'one class only',
    text: table(
      header,
      rows.map((line) => line.split(',').with(outcome, 'NO').join(',')),
    ),
    error: 'DatasetQualityRefused',
    says: ['have the same label'],
  },
  {
    what: 'a row with a field too few',
    text: table(header, rows.with(41, rows[41]?.slice(0, rows[41].lastIndexOf(',')) ?? '')),
    error: 'DatasetUnreadable',
    says: ['row 42'],
  },
]

/** A function's error is a document, a Fail state's cause a sentence. */
const wordsOf = (cause = ''): string =>
  cause.startsWith('{') ? String(JSON.parse(cause).errorMessage) : cause

describe('bad input', () => {
  let rig: Rig
  let projectUri: string
  beforeAll(async () => {
    rig = await startRig()
    await rig.platform.group(project.id)
    projectUri = await rig.use(project)
  })
  afterAll(() => rig.stop())

  it.each(cases)('$what is refused before any job starts, and nothing is registered', async (each) => {
    const uri = await rig.put(
      `adherence/datasets/table/${each.what.replaceAll(' ', '-')}/data/table.csv`,
      each.text,
    )
    const ended = await rig.train(project, projectUri, uri)
    expect(ended.status).toBe('FAILED')
    expect(ended.error, ended.cause).toBe(each.error)
    for (const part of each.says) expect(wordsOf(ended.cause)).toContain(part)
    if (each.never !== undefined) expect(ended.cause).not.toContain(each.never)
    expect(ended.trainingJobs).toBe(0)
    const { listModels } = await import('../../functions/registry/model-store.ts')
    expect(await listModels(project.id)).toEqual([])
  })

  it('the next good run works', async () => {
    const ended = await rig.train(
      project,
      projectUri,
      await rig.put('adherence/datasets/table/good/data/table.csv', good),
    )
    expect(ended.status, ended.cause).toBe('SUCCEEDED')
    expect(ended.output).toMatchObject({ modelVersion: '1' })
  })
})

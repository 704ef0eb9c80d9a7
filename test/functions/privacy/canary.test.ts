/** Canaries: what identifies somebody is pushed through profile, rules, anomalies and report, and comes out nowhere. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { part as partSchema } from '../../../functions/dataset/part.ts'
import { handler as planParts } from '../../../functions/dataset/plan.handler.ts'
import { contractOf, findingsOf } from '../../../functions/profile/findings.ts'
import { handler as mergeProfile } from '../../../functions/profile/merge.handler.ts'
import { handler as profilePart } from '../../../functions/profile/part.handler.ts'
import { type Profile, profileSchema } from '../../../functions/profile/profile.ts'
import { profileFile } from '../../../functions/profile/profile-file-store.ts'
import { type Project, parseProject } from '../../../functions/project.ts'
import { renderProfileReport } from '../../../functions/report/render-profile-report.ts'
import { seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { lambdaContext } from '../../builders/lambda-context.ts'
import { objects } from '../../builders/memory-objects.ts'
import { parcelsProject } from '../../builders/project.ts'

// The log is what is looked through.
vi.hoisted(() => {
  process.env.POWERTOOLS_LOG_LEVEL = 'INFO'
})
vi.mock(
  '../../../functions/object-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)
vi.mock(
  '../../../functions/put-file-store.ts',
  async () => (await import('../../builders/memory-objects.ts')).memoryObjectStore,
)

const canaries = {
  ssn: '536-90-4399',
  mrn: 'MRN7733551',
  name: 'Quillon Zebrowski',
  email: 'q.zebrowski@canary.example',
  phone: '(415) 555-0137',
  note: 'Wife of Zebrowski called from 415-555-0137.',
}
/** What only few rows have of a column that helps to tell people apart, or that is broken. */
const rarities = { level: 'Xylophonist', weight: '40404.25', bad: 'Wurstbrot' }

const direct = Object.keys(canaries).map((name) => ({
  name,
  type: name === 'note' ? ('text' as const) : ('identifier' as const),
  nullable: true,
  phi: 'direct' as const,
}))

const project: Project = (() => {
  const base = parcelsProject()
  const named = base.source.columns.filter(({ name }) => ['parcel', 'customer', 'late'].includes(name))
  return parseProject({
    ...base,
    source: {
      ...base.source,
      columns: [
        ...named,
        { name: 'weight', type: 'number', nullable: true, phi: 'quasi', max: 1_000 },
        { name: 'work', type: 'category', phi: 'quasi' },
        { name: 'stops', type: 'integer', nullable: true },
        ...direct,
      ],
    },
    features: [{ name: 'weight', kind: 'numeric', from: ['weight'], label: 'weight' }],
    featuresSql:
      'SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label, weight FROM raw',
    groups: [],
    prediction: { names: { entityId: 'customerId', prediction: 'lateProbability' } },
    quality: {
      minRows: 10,
      rules: [
        { rule: 'range', column: 'weight', max: 500 },
        { rule: 'uniqueness', columns: ['ssn'] },
        { rule: 'completeness', column: 'email', minShare: 1 },
        { rule: 'schema' },
        { rule: 'levels', column: 'work', levels: ['Baker', 'Smith'] },
      ],
    },
  })
})()

function tableWith(rows: number): string {
  const random = seededRandom(11)
  const header = project.source.columns.map(({ name }) => name)
  const lines = Array.from({ length: rows }, (_, at) => {
    const isCanary = at === 100 || at === 200
    const cells: Record<string, string> = {
      parcel: `p${at}`,
      customer: `c${at % 40}`,
      late: at % 3 === 0 ? 'true' : 'false',
      weight: isCanary ? rarities.weight : String(20 + Math.floor(random() * 40)),
      work: isCanary ? rarities.level : at % 2 === 0 ? 'Baker' : 'Smith',
      stops: isCanary ? rarities.bad : String(at % 7),
      ssn: isCanary ? canaries.ssn : `${200 + (at % 300)}-${10 + (at % 80)}-${1_000 + at}`,
      mrn: isCanary ? canaries.mrn : `MRN${8_000_000 + at}`,
      name: isCanary
        ? canaries.name
        : `${['James', 'Mary', 'Linda', 'Susan'][at % 4]} ${String.fromCharCode(65 + (at % 26))}${'bcdfg'[at % 5]}o${'lmnrst'[at % 6]}son`,
      email: isCanary ? canaries.email : at % 9 === 0 ? '' : `a${at}@example.org`,
      phone: isCanary ? canaries.phone : `(212) 555-${1_000 + at}`,
      note: isCanary ? canaries.note : `Seen on visit ${at}.`,
    }
    return header.map((name) => `"${cells[name] ?? ''}"`).join(',')
  })
  return `${header.join(',')}\n${lines.join('\n')}\n`
}

/** Pieces too: a surname alone tells enough. */
const forbidden = [
  ...Object.values(canaries),
  ...Object.values(rarities),
  'Zebrowski',
  'Quillon',
  '555-0137',
  '536904399',
  '7733551',
]

function expectNone(text: string, where: string) {
  for (const word of forbidden) expect(text.includes(word) ? `${word} in ${where}` : '').toBe('')
}

describe('canaries', () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-canary-'))
  const logged: string[] = []
  beforeEach(() => {
    objects.clear()
    logged.length = 0
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, 'write').mockImplementation((chunk) => logged.push(String(chunk)) > 0)
    for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
      vi.spyOn(console, method).mockImplementation(
        (...words) => void logged.push(words.map(String).join(' ')),
      )
    return () => vi.restoreAllMocks()
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('stay out of logs, answers, findings, errors and the report of a run', async () => {
    objects.set('s3://b/project.json', Buffer.from(JSON.stringify(project)))
    objects.set('s3://b/in.csv', Buffer.from(tableWith(600)))
    const context = {
      contract: 1,
      runId: 'aaaaaaaaaaaaaaaa',
      projectUri: 's3://b/project.json',
      runUri: 's3://b/parcels/runs/aaaaaaaaaaaaaaaa',
      purpose: 'training' as const,
    }
    const { planUri } = await planParts(
      { ...context, sourceUri: 's3://b/in.csv', partBytes: 16_384 },
      lambdaContext,
    )
    const parts = partSchema.array().parse(JSON.parse(objects.get(planUri)!.toString()))
    expect(parts.length).toBeGreaterThan(2)
    for (const part of parts) await profilePart({ ...context, part, holdout: 0, seed: 7 }, lambdaContext)
    const answer = await mergeProfile({ ...context, parts: parts.length }, lambdaContext)
    expect(answer.quality.passed).toBe(false)
    const profile: Profile = profileSchema.parse(JSON.parse(objects.get(answer.profileUri)!.toString()))
    const kinds = new Set(profile.findings?.map(({ kind }) => kind))
    for (const kind of [
      'range',
      'uniqueness',
      'completeness',
      'schema',
      'levels',
      'contract-range',
      'contract-type',
    ])
      expect(kinds).toContain(kind)
    const report = renderProfileReport({
      title: 'Parcels',
      profile,
      project,
      findings: profile.findings ?? [],
    })
    expect(report).toContain('Counted, never listed.')
    expectNone(JSON.stringify(answer), 'the answer')
    expectNone(JSON.stringify(profile.findings), 'the findings')
    expectNone(report, 'the report')
    expect(logged.join('')).toContain('profiled')
    expectNone(logged.join('\n'), 'the log')
    // The profile itself is in the bucket; identifiers are not even there.
    const stored = JSON.stringify(profile)
    for (const word of Object.values(canaries)) expect(stored.includes(word) ? word : '').toBe('')
  })

  it('stay out of the report of a plain file of which nothing is known', async () => {
    const file = join(directory, 'unknown.csv')
    writeFileSync(file, tableWith(400))
    const profile = await profileFile(file, { examine: true })
    const findings = findingsOf(profile, {}, { now: 0 })
    const report = renderProfileReport({ title: 'unknown.csv', profile, findings })
    const classed = findings.filter(({ source }) => source === 'privacy').flatMap(({ columns }) => columns)
    expect(classed).toEqual(expect.arrayContaining(['ssn', 'mrn', 'name', 'email', 'phone']))
    for (const word of Object.values(canaries)) {
      expect(report.includes(word) ? word : '').toBe('')
      expect(JSON.stringify(findings).includes(word) ? word : '').toBe('')
    }
    expect(report).not.toContain(rarities.level)
  })

  it('stay out of errors when the file cannot be read', async () => {
    const file = join(directory, 'broken.csv')
    writeFileSync(file, `${tableWith(50)}"${canaries.ssn}","${canaries.name}"\n`)
    const error = await profileFile(file, { examine: true }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(Error)
    expectNone(
      `${(error as Error).message} ${JSON.stringify(error)} ${(error as Error).stack ?? ''}`,
      'the error',
    )
  })

  it('would be found where a column is not classed: the check can fail', () => {
    const profile = { ...contractOf(project) }
    expect(() => expectNone(`${JSON.stringify(profile)} ${canaries.ssn}`, 'a test')).toThrow()
  })
})

/** What data could smuggle into a page or a spreadsheet that people open. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseScoredRows } from '../../functions/drift/scored-rows.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { parseScores } from '../../functions/report/prediction-summary.ts'
import { renderProfileReport } from '../../functions/report/render-profile-report.ts'
import { quoteCsv } from '../../functions/scoring/quote-csv.ts'
import { lambdaContext } from '../builders/lambda-context.ts'
import { objects } from '../builders/memory-objects.ts'
import { csvOf } from '../builders/project.ts'
import { inferenceDocuments, scoresCsv, trainingDocuments } from '../builders/report-documents.ts'

vi.mock(
  '../../functions/object-store.ts',
  async () => (await import('../builders/memory-objects.ts')).memoryObjectStore,
)
const { handler: writeReport } = await import('../../functions/report/handler.ts')

const scoresHeader = 'entity_id,example_key,prediction,confidence_score,low_confidence,flagged\n'
const directory = mkdtempSync(join(tmpdir(), 'regimen-injection-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const script = `"><script>alert('x')</script><img src=x onerror=alert(1)>`
/** The same in a name, which has no quotes in JSON that must be escaped twice. */
const element = `<img src=x onerror=alert(1)>`

/** Nothing of it stands as markup, and it is there as text. */
function expectInert(page: string): void {
  expect(page).not.toMatch(/<img|onerror=alert\(1\)>|<script>alert/i)
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;')
}

describe('a page', () => {
  beforeEach(() => objects.clear())

  it('of a profile shows markup in a name or a level as text', async () => {
    const rows = Array.from({ length: 60 }, (_, at) => [
      String(at),
      at % 3 === 0 ? script : 'plain',
      '=cmd|x',
    ])
    const file = join(directory, 'table.csv')
    writeFileSync(file, csvOf(rows, { header: ['id', script, element] }))
    const profile = await profileFile(file, { examine: true })
    expectInert(renderProfileReport({ title: element, profile, findings: profile.findings ?? [] }))
  })

  const renamed = (document: unknown) => JSON.stringify(document).replaceAll('north', element)
  const put = (uri: string, document: unknown) =>
    void objects.set(uri, Buffer.from(typeof document === 'string' ? document : renamed(document)))
  const written = async (request: object) => {
    const { reportUri } = await writeReport(JSON.parse(renamed(request)), lambdaContext)
    return objects.get(reportUri)?.toString('utf8') ?? ''
  }

  it('of a training run shows markup in a name or a level as text', async () => {
    const { request, project, profile, evaluation, decision } = trainingDocuments()
    put(request.projectUri, project)
    put(request.profileUri, profile)
    put(request.evaluationUri, evaluation)
    put(request.decisionUri, decision)
    expectInert(await written(request))
  })

  it('of a scored batch and its drift shows markup in a name or a level as text', async () => {
    const training = trainingDocuments()
    const { request, profile, drift, predictionLines } = inferenceDocuments()
    put(training.request.projectUri, training.project)
    put(training.request.evaluationUri, training.evaluation)
    put(training.request.decisionUri, training.decision)
    put(request.profileUri, profile)
    put(request.driftUri, drift)
    put(
      `${request.runUri}/predictions/part-00000.jsonl`,
      `${predictionLines.join('\n').replaceAll('north', element)}\n`,
    )
    put(`${request.runUri}/scores/part-00000.csv`, scoresCsv(900))
    expectInert(await written(request))
  })
})

describe('an exported cell', () => {
  it.each([
    ["=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"],
    ['+1+1', "'+1+1"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['-12.5', '-12.5'],
    ['+3e-7', '+3e-7'],
    ['-.5', '-.5'],
    ['a=b', 'a=b'],
    ['2026-01-01', '2026-01-01'],
    ['', ''],
  ])('%j is written as %j', (cell, written) => {
    expect(quoteCsv(cell)).toBe(written)
  })

  it('with line breaks adds no prediction to those that reports and drift read', () => {
    const forged = 'x\n,1,1,true,true\ny,1,1,true,true\n"z'
    const text = `${scoresHeader}${quoteCsv(forged)},key,0.25,0.5,false,false\n"cut\n,1,1,true,true\n`
    expect(parseScores(text)).toEqual([
      { prediction: 0.25, confidence: 0.5, lowConfidence: false, flagged: false },
    ])
    expect([...parseScoredRows([text]).predictions]).toEqual([0.25])
  })

  it('begins with no sign that a spreadsheet executes, unless it is a number, and is read back whole', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', '"', ',', '1', '.', 'e', 'x', ' '),
        }),
        (cell) => {
          const [[read = ''] = []]: string[][] = parse(`${quoteCsv(cell)},x\n`, { record_delimiter: '\n' })
          expect(read === cell || read === `'${cell}`).toBe(true)
          if (/^[=+\-@\t\r]/.test(read)) expect(Number.isFinite(Number(read))).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})

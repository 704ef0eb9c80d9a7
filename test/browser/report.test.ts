/** Reports in a real browser: they fit a phone and a desk, in light and in dark, and ask for nothing. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractOf, findingsOf } from '../../functions/profile/findings.ts'
import { renderInferenceReport } from '../../functions/report/render-inference-report.ts'
import { renderProfileReport } from '../../functions/report/render-profile-report.ts'
import { renderTrainingReport } from '../../functions/report/render-training-report.ts'
import { inferenceDocuments, reportedProject, trainingDocuments } from '../builders/report-documents.ts'

const executablePath = '/usr/bin/chromium'
const isThere = existsSync(executablePath)
const args = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

const regression = reportedProject({ task: 'regression', gates: [{ metric: 'rmse', max: 5 }] })
const pages: Readonly<Record<string, () => string>> = {
  training: () => renderTrainingReport(trainingDocuments({ champion: true })),
  regression: () => renderTrainingReport(trainingDocuments({ project: regression })),
  inference: () => renderInferenceReport(inferenceDocuments({ shift: 1.5 })),
  profile: () => {
    const { profile, project } = trainingDocuments({ champion: true })
    const findings = findingsOf(profile, contractOf(project), { now: 0 })
    return renderProfileReport({ title: 'A table', profile, project, findings })
  },
}
const screens = [
  { width: 1280, colorScheme: 'light' },
  { width: 1280, colorScheme: 'dark' },
  { width: 375, colorScheme: 'light' },
  { width: 375, colorScheme: 'dark' },
] as const

describe.skipIf(!isThere)(`a report in Chromium${isThere ? '' : ` (skipped: no ${executablePath})`}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-report-'))
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args })
    for (const [name, render] of Object.entries(pages))
      writeFileSync(join(directory, `${name}.html`), render())
  })
  afterAll(async () => {
    await browser.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const cases = Object.keys(pages).flatMap((name) => screens.map((screen) => ({ name, ...screen })))

  it.each(cases)('$name fits $width pixels in $colorScheme', async ({ name, width, colorScheme }) => {
    const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
    const asked: string[] = []
    const complaints: string[] = []
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    await page.goto(pathToFileURL(join(directory, `${name}.html`)).href)

    expect(asked).toHaveLength(1)
    expect(complaints).toEqual([])
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0)
    expect(await outside(page, width)).toEqual([])
    expect(await contrast(page)).toBeGreaterThan(7)

    const picture = join(process.env.SCREENSHOTS ?? directory, `${name}-${width}-${colorScheme}.png`)
    const bytes = await page.screenshot({ path: picture, fullPage: true })
    expect(bytes.length).toBeGreaterThan(50_000)
    await page.close()
  })

  it('prints dark ink on white paper, whatever the screen prefers', async () => {
    const page = await browser.newPage({ colorScheme: 'dark' })
    await page.goto(pathToFileURL(join(directory, 'training.html')).href)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    expect(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    )
    const paper = await page.pdf({ format: 'A4' })
    expect(paper.subarray(0, 5).toString()).toBe('%PDF-')
    await page.close()
  })
})

/** Elements that stick out of the page, save for what scrolls in a box of its own. */
const outside = (page: Page, width: number) =>
  page.evaluate<string[]>(`[...document.querySelectorAll('body *')]
    .filter((element) => element.closest('.scroll') === null || element.matches('.scroll'))
    .filter((element) => element.closest('svg') === null || element.matches('svg'))
    .filter((element) => element.getBoundingClientRect().right > ${width} + 0.5)
    .map((element) => element.outerHTML.slice(0, 80))`)

/** Of the text on the page, 1 to 21: WCAG 2.2, contrast ratio of relative luminances. */
async function contrast(page: Page): Promise<number> {
  const [ink, paper] = await page.evaluate<string[]>(
    '[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]',
  )
  const [darker = 0, lighter = 1] = [luminance(ink ?? ''), luminance(paper ?? '')].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const value = Number(part) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

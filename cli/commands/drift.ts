/** `regimen drift BASELINE CURRENT`: how far one table has moved from another, no cloud needed. */
import { basename } from 'node:path'
import { Command } from 'commander'
import { detectDrift } from '../../functions/drift/detect-drift.ts'
import type { Drift } from '../../functions/drift/drift.ts'
import { type NotCompared, notCompared } from '../../functions/drift/not-compared.ts'
import { baselineOf } from '../../functions/profile/baseline.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import type { RowSample } from '../../functions/profile/row-sample.ts'
import { renderDriftReport } from '../../functions/report/render-drift-report.ts'
import { cellText } from '../cell-text.ts'
import { Output, table } from '../output.ts'
import { writePage } from '../write-page.ts'

interface Options {
  readonly json?: boolean
  readonly report?: string
}

/** The platform's own thresholds (functions/project.ts), all columns weighing the same. */
const thresholds = {
  effect: 0.1,
  pValue: 0.01,
  missingPoints: 0.05,
  alarmWeightedScore: 0.2,
  severeWeightedScore: 0.4,
  topFeatures: 10,
}

export function driftCommand(): Command {
  return new Command('drift')
    .description('compare two tables column by column')
    .argument('<baseline>', 'the earlier table')
    .argument('<current>', 'the later table')
    .option('--report <file>', 'write a page that shows what moved')
    .action(async (baselineFile: string, currentFile: string, _options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const out = new Output(options.json === true)
      const [before, now] = [new SampleKeeper(), new SampleKeeper()]
      const baseline = baselineOf(await profileFile(baselineFile, before))
      const current = await profileFile(currentFile, { baseline, ...now })
      const samples = { baseline: before.sample, current: now.sample }
      const columns = Object.keys(baseline.columns)
      const importance = Object.fromEntries(columns.map((name) => [name, 1 / columns.length]))
      const drift = detectDrift({ baseline, current, thresholds, importance, samples })
      const left = notCompared(baseline, current, drift)
      if (options.report !== undefined) writeReport(options.report, drift, left, [baselineFile, currentFile])
      out.result({ ...drift, notCompared: left }, () => describe(drift, left))
    })
}

/** Keeps the sample that `profileFile` takes of a table's rows. */
class SampleKeeper {
  sample: RowSample = { rows: 0, columns: {}, groups: [] }
  readonly onSample = (sample: RowSample) => {
    this.sample = sample
  }
}

function writeReport(
  file: string,
  drift: Drift,
  left: readonly NotCompared[],
  [baseline, current]: readonly [string, string],
): void {
  const names = { baseline: basename(baseline), current: basename(current) }
  const comparedAt = new Date().toISOString()
  writePage(file, renderDriftReport({ drift, ...names, notCompared: left, comparedAt }))
}

const namedColumns = 10

function verdictOf({ status, reasons, drifted, features }: Drift): string {
  if (status === 'insufficient-data') return `nothing can be said about drift: ${reasons.join('; ')}`
  if (drifted.length === 0) return 'no column has drifted'
  const names = drifted.slice(0, namedColumns).map(cellText)
  const more = drifted.length > namedColumns ? ` and ${drifted.length - namedColumns} more` : ''
  return `${drifted.length} of ${Object.keys(features).length} columns have drifted: ${names.join(', ')}${more}`
}

function describe(drift: Drift, left: readonly NotCompared[]): string {
  const rows = Object.entries(drift.features)
    .sort(([, a], [, b]) => (b.effect ?? -1) - (a.effect ?? -1))
    .map(([name, f]) => [
      cellText(name),
      f.kind,
      f.drifted === null ? '?' : f.drifted ? 'DRIFT' : '',
      f.effect,
      f.pValue,
      f.psi,
      f.missingChange,
      f.reason ?? '',
    ])
  const together = drift.joint === undefined ? '' : `${drift.joint.reason}\n`
  const others = left.map(({ column, why }) => `\nnot compared: ${cellText(column)}, ${why}`).join('')
  return `${verdictOf(drift)}\n${together}${table(['COLUMN', 'KIND', '', 'EFFECT', 'P', 'PSI', 'MISSING +/-', 'REASON'], rows)}${others}`
}

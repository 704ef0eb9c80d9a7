/** `regimen drift BASELINE CURRENT`: how far one table has moved from another, no cloud needed. */
import { Command } from 'commander'
import { detectDrift } from '../../functions/drift/detect-drift.ts'
import type { Drift } from '../../functions/drift/drift.ts'
import { baselineOf } from '../../functions/profile/baseline.ts'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { Output, table } from '../output.ts'

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
    .action(async (baselineFile: string, currentFile: string, _options: object, self: Command) => {
      const out = new Output(self.optsWithGlobals().json === true)
      const baseline = baselineOf(await profileFile(baselineFile))
      const current = await profileFile(currentFile, { baseline })
      const columns = Object.keys(baseline.columns)
      const importance = Object.fromEntries(columns.map((name) => [name, 1 / columns.length]))
      const drift = detectDrift({ baseline, current, thresholds, importance })
      out.result(drift, () => describe(drift))
    })
}

function describe(drift: Drift): string {
  const verdict =
    drift.drifted.length === 0
      ? 'no column has drifted'
      : `${drift.drifted.length} of ${Object.keys(drift.features).length} columns have drifted: ${drift.drifted.join(', ')}`
  const rows = Object.entries(drift.features)
    .sort(([, a], [, b]) => (b.effect ?? -1) - (a.effect ?? -1))
    .map(([name, f]) => [
      name,
      f.kind,
      f.drifted === null ? '?' : f.drifted ? 'DRIFT' : '',
      f.effect,
      f.pValue,
      f.psi,
      f.missingChange,
      f.reason ?? '',
    ])
  return `${verdict}\n${table(['COLUMN', 'KIND', '', 'EFFECT', 'P', 'PSI', 'MISSING +/-', 'REASON'], rows)}`
}

/** False alarms and power on the real table: raw columns, one row per encounter, batches of other patients. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { detectDrift, ignoredColumns } from '../../../functions/drift/detect-drift.ts'
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'
import { project } from '../../../projects/adherence/project.ts'
import { categoryColumn, identifierColumn, numericColumn, profileOf, thresholds } from './build-profile.ts'

const file = path.join(import.meta.dirname, '../../../../shared/data/diabetic_data.csv.gz')

const watched = project.source.columns.filter(({ type }) => type !== 'identifier')
type Row = Readonly<Record<string, string | number | null>>

function readTable(): { patient: string; row: Row }[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('latin1').trimEnd().split(/\r?\n/)
  const names = header.split(',')
  const place = new Map(names.map((name, at) => [name, at]))
  return lines.map((line) => {
    const cells = line.split(',')
    const cell = (name: string) => cells[place.get(name) ?? -1] ?? ''
    const row = watched.map(({ name, type }) => {
      const text = cell(name)
      return [name, text === '?' || text === '' ? null : type === 'integer' ? Number(text) : text]
    })
    return {
      patient: cell('patient_nbr'),
      row: { ...Object.fromEntries(row), patient_nbr: cell('patient_nbr') },
    }
  })
}

const profile = (rows: readonly Row[]) => ({
  entities: entitiesOf(rows),
  ...profileOf(
    rows.length,
    Object.fromEntries([
      ['patient_nbr', identifierColumn(rows.map((row) => String(row.patient_nbr)))],
      ...watched.map(({ name, type }) => [
        name,
        type === 'integer'
          ? numericColumn(rows.map((row) => row[name] as number | null))
          : categoryColumn(rows.map((row) => row[name] as string | null)),
      ]),
    ]),
  ),
})

function entitiesOf(rows: readonly Row[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { patient_nbr } of rows)
    counts.set(String(patient_nbr), (counts.get(String(patient_nbr)) ?? 0) + 1)
  return [...counts].slice(0, 2_048)
}

/** Whole patients in random order until there are enough rows. */
function batchOf(patients: readonly Row[][], rows: number, random: Random): Row[] {
  const batch: Row[] = []
  while (batch.length < rows) batch.push(...(patients[Math.floor(random() * patients.length)] ?? []))
  return batch.slice(0, rows)
}

describe.skipIf(!existsSync(file))(
  'batches of the real table (skipped where ../shared/data is absent)',
  () => {
    const seed = Number(process.env.DRIFT_SEED ?? 5)
    const resamples = Number(process.env.DRIFT_RESAMPLES ?? 6)
    const random = seededRandom(seed)
    const byPatient = new Map<string, Row[]>()
    for (const { patient, row } of existsSync(file) ? readTable() : []) {
      const rows = byPatient.get(patient)
      if (rows === undefined) byPatient.set(patient, [row])
      else rows.push(row)
    }
    const patients = [...byPatient.values()]
    const isHeld = patients.map(() => random() < 0.3)
    const baseline = profile(patients.filter((_, at) => !isHeld[at]).flat())
    const others = patients.filter((_, at) => isHeld[at])
    const ignore = ignoredColumns(project)
    const detect = (rows: readonly Row[]) =>
      detectDrift({ baseline, current: profile(rows), thresholds, ignore, entityKey: project.entityKey })

    it.each([500, 1_000, 5_000])('raise no alarm for other patients in batches of %d rows', (rows) => {
      for (let resample = 0; resample < resamples; resample++) {
        const drift = detect(batchOf(others, rows, random))
        expect(drift.drifted, `seed ${seed}, resample ${resample}`).toEqual([])
        expect(drift.alarm).toBe(false)
      }
    })

    it('show every shift of a numeric column by 0.3 deviations in 1,000 rows, and only that one', () => {
      const numeric = watched.filter(({ type }) => type === 'integer').map(({ name }) => name)
      for (const name of numeric) {
        const column = baseline.columns[name]
        if (column?.kind !== 'numeric') throw new Error(name)
        const step = 0.3 * Math.sqrt(column.m2 / column.count)
        for (let resample = 0; resample < Math.max(1, resamples / 6); resample++) {
          // Whole numbers stay whole: the mean moves by the step.
          const move = () => Math.floor(step) + (random() < step % 1 ? 1 : 0)
          const shifted = batchOf(others, 1_000, random).map((row) => ({
            ...row,
            [name]: (row[name] as number) + move(),
          }))
          expect(detect(shifted).drifted, `seed ${seed}, ${name}`).toEqual([name])
        }
      }
    })

    it('name three columns that moved and no others', () => {
      const shifted = batchOf(others, 1_000, random).map((row) => ({
        ...row,
        num_medications: (row.num_medications as number) + 4,
        payer_code: random() < 0.25 ? 'SP' : (row.payer_code ?? null),
        insulin: random() < 0.3 ? 'Up' : (row.insulin ?? null),
      }))
      const drift = detect(shifted)
      expect(drift.drifted.toSorted()).toEqual(['insulin', 'num_medications', 'payer_code'])
      expect(drift.alarm).toBe(true)
    })
  },
)

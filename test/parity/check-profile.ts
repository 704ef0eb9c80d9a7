/** The profile of tables against NumPy and SciPy, on tables that make-profile.py drew. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { profileFile } from '../../functions/profile/profile-file-store.ts'
import { type PublicProfile, toPublicProfile } from '../../functions/profile/public-profile.ts'
import { type Difference, farthest, type Reckoning } from './reckoning.ts'

interface Case {
  readonly file: string
  readonly rows: number
  readonly columns: Readonly<
    Record<
      string,
      Record<'count' | 'mean' | 'std' | 'skew' | 'kurtosis' | 'min' | 'max' | 'distinct', number> & {
        quantiles: Record<string, number>
      }
    >
  >
  readonly correlations: readonly [string, string, number][]
  readonly associations: readonly [string, string, number][]
}

const limit = 1e-9
/** Third and fourth powers of deviations that are few digits of a large number. */
const shapeLimit = 1e-7

/** @param folder what make-profile.py wrote. */
export async function checkProfile(folder: string, reckoning: Reckoning): Promise<void> {
  const cases: Case[] = JSON.parse(readFileSync(join(folder, 'profile.json'), 'utf8'))
  for (const example of cases) {
    const profile = toPublicProfile(await profileFile(join(folder, example.file), { examine: true }))
    checkColumns(example, profile, reckoning)
    const name = `${example.rows} rows`
    for (const [x, y, expected] of example.correlations)
      reckoning.check(`${name}: ${x}, ${y}`, {
        'profile: correlation': near(
          profile.correlations.find(({ columns }) => columns[0] === x && columns[1] === y)?.correlation,
          expected,
        ),
      })
    // On a sample beyond 4,096 rows: these tables are within it.
    for (const [x, y, expected] of example.associations)
      reckoning.check(`${name}: ${x}, ${y}`, {
        'profile: association': near(
          profile.associations.find(({ columns }) => columns[0] === x && columns[1] === y)?.value,
          expected,
        ),
      })
  }
}

function checkColumns({ rows, columns }: Case, profile: PublicProfile, reckoning: Reckoning): void {
  for (const [name, expected] of Object.entries(columns)) {
    const column = profile.columns[name]
    reckoning.check(`${rows} rows: ${name}`, {
      'profile: count': near(column?.count, expected.count),
      'profile: missing': near(column?.nulls, rows - expected.count),
      'profile: distinct': near(column?.distinct, expected.distinct),
      'profile: mean': relative(column?.mean, expected.mean, expected.std),
      'profile: deviation': relative(column?.std, expected.std),
      'profile: skewness': { ...relative(column?.skew, expected.skew, 1), limit: shapeLimit },
      'profile: kurtosis': { ...relative(column?.kurtosis, expected.kurtosis, 1), limit: shapeLimit },
      'profile: minimum': near(column?.min, expected.min),
      'profile: maximum': near(column?.max, expected.max),
      'profile: quantiles': {
        worst: Math.max(
          ...Object.entries(expected.quantiles).map(
            ([share, value]) => relative(column?.quantiles[share], value, expected.std).worst,
          ),
        ),
        limit,
      },
    })
  }
}

const near = (actual: number | null | undefined, expected: number): Difference => ({
  worst: farthest([actual ?? Number.NaN], [expected]),
  limit,
})

/** Relative to the larger of the value and what it is measured in. */
const relative = (actual: number | null | undefined, expected: number, unit = 0): Difference => ({
  worst: farthest([actual ?? Number.NaN], [expected]) / Math.max(Math.abs(expected), unit, Number.MIN_VALUE),
  limit,
})

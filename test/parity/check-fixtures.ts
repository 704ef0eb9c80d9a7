/** The committed fixtures of the model reader: the script that made them makes the same cases, and these pass as well. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { predict, predictMargins } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { compareContributions, limits } from './check-models.ts'
import { farthest, type Reckoning } from './reckoning.ts'

interface Fixture {
  readonly library: string
  readonly file: string
  readonly rows: number
  readonly matrix: readonly (number | null)[]
  readonly margins: readonly number[]
  readonly predictions: readonly number[]
  readonly contributions?: readonly number[]
}

/** Between two versions of the library a fixture's predictions may differ a little, and no more. */
const kinship = 0.05

export function checkFixtures(made: string, committed: string, reckoning: Reckoning): void {
  const list = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.case.json'))
  const names = list(made)
  const lost = list(committed).filter((name) => !names.includes(name))
  if (lost.length > 0) reckoning.fail('fixtures', `the script no longer makes ${lost.join(', ')}`)
  for (const name of names) {
    const fixture: Fixture = JSON.parse(readFileSync(join(made, name), 'utf8'))
    const known = list(committed).includes(name)
      ? (JSON.parse(readFileSync(join(committed, name), 'utf8')) as Fixture)
      : undefined
    const model = readModel(readFileSync(join(made, fixture.file)))
    const matrix = Float32Array.from(fixture.matrix, (value) => value ?? Number.NaN)
    const expected =
      fixture.contributions === undefined ? undefined : Float32Array.from(fixture.contributions)
    reckoning.check(`fixture ${fixture.file} of xgboost ${fixture.library}`, {
      margins: {
        worst: farthest(predictMargins(model, matrix, fixture.rows), fixture.margins),
        limit: limits.predictions,
      },
      predictions: {
        worst: farthest(predict(model, matrix, fixture.rows), fixture.predictions),
        limit: limits.predictions,
      },
      ...compareContributions(model, matrix, fixture.rows, Float32Array.from(fixture.margins), expected),
      ...(known === undefined
        ? {}
        : {
            'fixture as committed': {
              worst: farthest(fixture.predictions, known.predictions),
              limit: kinship,
            },
          }),
    })
    reckoning.count('models', 1)
    reckoning.count('rows', fixture.rows)
  }
}

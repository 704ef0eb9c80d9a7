import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { predict } from '../../functions/scoring/predict.ts'
import { readModel } from '../../functions/scoring/read-model.ts'
import { eventually } from '../local/fake-cloud.ts'
import { temporaryDirectory } from '../local/states/fake-engine.ts'

const script = join(import.meta.dirname, 'fixtures', 'endpoint-cloud.ts')
const model = join(import.meta.dirname, '..', 'functions', 'scoring', 'fixtures', 'forest-logistic.ubj')

test('2 the cloud is killed with -9 while an endpoint is being created: the next one brings it into service', async () => {
  const directory = temporaryDirectory()
  const [fetched, go] = [join(directory, 'fetched'), join(directory, 'go')]
  const start = () => {
    const command = ['--no-warnings', script, join(directory, 'cloud'), model, fetched, go]
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (text) => {
      said += text
    })
    return { child, ended: new Promise<string>((resolve) => child.once('close', () => resolve(said))) }
  }
  const fetches = () => (existsSync(fetched) ? readFileSync(fetched, 'utf8').length : 0)
  // Twice: what goes on after a kill can be killed as well.
  for (const count of [1, 2]) {
    const { child, ended } = start()
    await eventually(`the model is fetched for the ${count}. time`, () => fetches() === count || undefined)
    child.kill('SIGKILL')
    expect(await ended).toBe('')
  }
  writeFileSync(go, '')
  const end = JSON.parse(await start().ended)
  expect(end).toMatchObject({ status: 'InService', endpoints: 1 })
  const forest = readModel(readFileSync(model))
  const row = new Float32Array(forest.features).fill(Number.NaN)
  row[0] = 1
  expect(Number(end.answer)).toBeCloseTo(predict(forest, row, 1)[0] ?? Number.NaN, 6)
  expect(fetches()).toBe(3)
  // Nothing of the attempts that were killed is left beside what serves.
  expect(readdirSync(join(directory, 'cloud', 'sagemaker', 'endpoints-served', 'e'))).toHaveLength(1)

  const again = JSON.parse(await start().ended)
  expect(again).toEqual(end)
  expect(fetches()).toBe(3)
})

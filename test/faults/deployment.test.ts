/** Deployments on a local cloud of their own, by the command: stopped in the middle, and killed with their cloud. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../bench/cloud-under-test.ts'
import { generate } from '../../projects/adherence/generate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'regimen-deployment-'))
const cloud = join(directory, 'cloud')
const port = await freePort()

async function regimen<Answer>(line: string): Promise<Answer> {
  const command = [join(root, 'cli/bin.mjs'), ...line.split(' '), '--json', '--dir', cloud]
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: directory })
  return JSON.parse(stdout) as Answer
}

interface Entry {
  readonly sequence: number
  readonly version: string
  readonly challenger?: { readonly version: string; readonly share: number }
  readonly who: string
}
const newest = async (): Promise<Entry> => (await regimen<Entry[]>('models history'))[0]!

/** Asks until it is so, a minute at most. */
async function until(isSo: (entry: Entry) => boolean): Promise<Entry> {
  const end = Date.now() + 60_000
  for (;;) {
    const entry = await newest()
    if (isSo(entry)) return entry
    if (Date.now() > end) throw new Error(`still ${JSON.stringify(entry)}`)
  }
}

beforeAll(async () => {
  await regimen(`up --detach --port ${port}`)
  await regimen('generate --rows 6000 --seed 1 --out table.csv')
  await regimen('datasets import table.csv --name table')
  for (const settings of ['', ' --set max_depth=3 --set num_round=200'])
    await regimen(`train --dataset table${settings} --wait`)
  await regimen('models approve 1')
  await regimen('models approve 2 --hold')
  await until(({ version }) => version === '1')
  const [header = '', row = ''] = [...generate({ seed: 5, encounters: 1 })].join('').split('\n')
  const cells = row.split(',')
  const asked = Object.fromEntries(header.split(',').map((name, at) => [name, cells[at] ?? '']))
  writeFileSync(join(directory, 'row.json'), JSON.stringify(asked))
}, 240_000)
afterAll(async () => {
  await regimen('down').catch(() => undefined)
  rmSync(directory, { recursive: true, force: true })
})

const deploy = (options: string): Promise<{ runId: string }> => regimen(`models deploy 2 ${options}`)
const sharing = ({ challenger }: Entry) => challenger?.version === '2'
const answered = async () =>
  (await regimen<{ fellBack: unknown[] }>('predict --input row.json --no-explain')).fellBack

test('46 a deployment that is stopped in the middle is taken back by its end; the old version serves throughout', async () => {
  const { runId } = await deploy('--share 0.3 --watch 600')
  const shared = await until(sharing)
  expect(shared).toMatchObject({ version: '1', challenger: { version: '2', share: 0.3 } })
  expect(await answered()).toEqual([])
  await regimen(`executions stop ${runId}`)
  const back = await until((entry) => !sharing(entry))
  expect(back).toMatchObject({ sequence: shared.sequence + 1, version: '1', who: `deployment ${runId}` })
  expect(await answered()).toEqual([])
})

test('46 a deployment whose cloud is killed with -9 goes on in the next one, and no step is taken twice', async () => {
  const before = (await newest()).sequence
  await deploy('--strategy linear --share 0.4 --watch 4')
  await until(sharing)
  const { pid } = JSON.parse(readFileSync(join(cloud, 'cloud.json'), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGKILL')
  await regimen(`up --detach --port ${port}`)
  await until(({ version, challenger }) => version === '2' && challenger === undefined)
  const entries = (await regimen<Entry[]>('models history')).filter(({ sequence }) => sequence > before)
  expect(entries.toReversed().map(({ version, challenger }) => [version, challenger?.share])).toEqual([
    ['1', 0.4],
    ['1', 0.8],
    ['2', undefined],
  ])
})

/** What `regimen datasets` says where no cloud is needed, and how it refuses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { main } from '../../cli/main.ts'
import { openData, sources } from '../../projects/sources.ts'

async function regimen(...args: string[]) {
  const written = { stdout: '', stderr: '' }
  for (const stream of ['stdout', 'stderr'] as const)
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      written[stream] += String(text)
      return true
    })
  const code = await main(['node', 'regimen', ...args])
  vi.restoreAllMocks()
  return { code, ...written }
}
afterEach(() => vi.restoreAllMocks())

test('sources lists what can be imported by name, with licence and checksum, and open data on AWS', async () => {
  const { code, stdout } = await regimen('datasets', 'sources', '--json')
  expect(code).toBe(0)
  const answer = JSON.parse(stdout)
  expect(answer.sources.map(({ name }: { name: string }) => name)).toEqual(Object.keys(sources))
  expect(answer.sources[0]).toMatchObject({
    ...{ name: 'uci-diabetes-130', licence: 'CC BY 4.0', checksum: 'confirmed' },
    attribution: expect.stringContaining('UCI Machine Learning Repository'),
    members: [{ path: 'diabetic_data.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
  })
  expect(answer.openData).toHaveLength(Object.keys(openData).length)
  expect(answer.openData[0]).toMatchObject({ bucket: 'noaa-ghcn-pds', region: 'us-east-1' })
  expect((await regimen('datasets', 'sources')).stdout).toContain('source:uci-bike-sharing')
})

test.each([
  ['import without a name', ['import', 'table.csv']],
  ['no such command', ['forget', 'table']],
  ['compare with one version', ['compare', 'a@1']],
])('%s is wrong usage', async (_, args) => {
  expect((await regimen('datasets', ...args)).code).toBe(2)
})

test('without a cloud, a command says which to start', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-datasets-'))
  vi.stubEnv('AWS_ENDPOINT_URL', undefined)
  const { code, stderr } = await regimen('datasets', 'list', '--dir', directory)
  rmSync(directory, { recursive: true })
  vi.unstubAllEnvs()
  expect([code, stderr]).toEqual([1, expect.stringContaining('start it with `npx regimen up`')])
})

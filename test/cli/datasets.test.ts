/** What `regimen datasets` says where no cloud is needed, and how it refuses. */
import { expect, test, vi } from 'vitest'
import { Output } from '../../cli/output.ts'
import { RemoteError } from '../../cli/remote-error.ts'
import { openData, sources } from '../../projects/sources.ts'
import { runCommand } from '../builders/run-command.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'

test('sources lists what can be imported by name, with licence and checksum, and open data on AWS', async () => {
  const { code, stdout } = await runCommand('datasets', 'sources', '--json')
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
  expect((await runCommand('datasets', 'sources')).stdout).toContain('source:uci-bike-sharing')
})

test.each([
  ['import without a name', ['import', 'table.csv']],
  ['no such command', ['forget', 'table']],
  ['compare with one version', ['compare', 'a@1']],
])('%s is wrong usage', async (_, args) => {
  expect((await runCommand('datasets', ...args)).code).toBe(2)
})

test('what a function calls wrong usage is wrong usage', () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  const out = new Output(false)
  expect(out.error(new RemoteError('InvalidRequest', 'a rejection needs a reason'))).toBe(2)
  expect(out.error(new RemoteError('ApprovalRefused', 'the version was rejected'))).toBe(1)
})

test('without a cloud, a command says which to start', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', undefined)
  const { code, stderr } = await runCommand('datasets', 'list', '--dir', temporaryDirectory('datasets'))
  vi.unstubAllEnvs()
  expect([code, stderr]).toEqual([1, expect.stringContaining('start it with `npx regimen up`')])
})

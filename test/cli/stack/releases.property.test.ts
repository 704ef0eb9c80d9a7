import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  CreateBucketCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { listReleases, readProgram, readRelease } from '../../../cli/stack/read-releases.ts'
import { restoreProgram } from '../../../cli/stack/restore-program.ts'
import { packProgram } from '../../../stacks/program-archive.ts'
import { type ReleaseManifest, releaseKeys } from '../../../stacks/release-manifest.ts'
import { type TestCloud, testCloud } from '../../local/running-cloud.ts'

let cloud: TestCloud
let s3: S3Client
const bucket = 'regimen-dev'
const lock = readFileSync('package-lock.json')
const scratch = mkdtempSync(join(tmpdir(), 'regimen-releases-'))

beforeAll(async () => {
  cloud = await testCloud()
  s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
  await s3.send(new CreateBucketCommand({ Bucket: bucket }))
  const VersioningConfiguration = { Status: 'Enabled' } as const
  await s3.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
})
afterAll(async () => {
  await cloud.stop()
  rmSync(scratch, { recursive: true, force: true })
})

/** Sources of a program: paths in its folders to contents. */
const sources = fc.dictionary(
  fc
    .tuple(
      fc.constantFrom('functions', 'infra', 'projects/x', 'stacks', 'statemachines'),
      fc.stringMatching(/^[a-z]{1,8}$/),
    )
    .map(([folder, name]) => `${folder}/${name}.ts`),
  fc.string({ maxLength: 200 }),
  { minKeys: 1, maxKeys: 6, noNullPrototype: true },
)

let directories = 0
function write(files: Record<string, string>): string {
  directories += 1
  const root = join(scratch, String(directories))
  for (const [name, text] of Object.entries({
    ...files,
    'Pulumi.yaml': 'name: x',
    'Pulumi.dev.yaml': 'config: {}',
  })) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  writeFileSync(join(root, 'package-lock.json'), lock)
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'))
  return root
}

const manifestOf = (
  release: string,
  program: { sha256: string; files: Readonly<Record<string, string>> },
): ReleaseManifest => ({
  release,
  environment: 'dev',
  commit: 'c'.repeat(40),
  changed: false,
  program: { sha256: program.sha256, files: { ...program.files } },
  bundles: {},
  stateMachines: {},
  configuration: {},
})

// Feature: mlops-platform, Property 27: Template storage in source control
it('a release holds every source of the program, and what is restored packs to the same release', async () => {
  await fc.assert(
    fc.asyncProperty(sources, async (files) => {
      const packed = await packProgram(write(files), 'dev')
      expect(Object.keys(packed.files)).toEqual(
        [...Object.keys(files), 'Pulumi.dev.yaml', 'Pulumi.yaml', 'package-lock.json'].sort(),
      )
      const directory = mkdtempSync(join(scratch, 'restored-'))
      await restoreProgram(packed.bytes, manifestOf('0'.repeat(12), packed), directory, process.cwd())
      for (const [name, text] of Object.entries(files))
        expect(readFileSync(join(directory, name), 'utf8')).toBe(text)
      const again = await packProgram(directory, 'dev')
      expect(again.sha256).toBe(packed.sha256)
      expect(again.bytes.equals(packed.bytes)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

it('a changed source is another program, and an archive that is not what was recorded is refused', async () => {
  await fc.assert(
    fc.asyncProperty(sources, fc.string(), async (files, text) => {
      const [name = '', before = ''] = Object.entries(files)[0] ?? []
      fc.pre(text !== before)
      const [packed, other] = await Promise.all([
        packProgram(write(files), 'dev'),
        packProgram(write({ ...files, [name]: text }), 'dev'),
      ])
      expect(other.sha256).not.toBe(packed.sha256)
      const directory = mkdtempSync(join(scratch, 'restored-'))
      await expect(
        restoreProgram(other.bytes, manifestOf('0'.repeat(12), packed), directory, process.cwd()),
      ).rejects.toThrow('the program of release 000000000000 is not what was recorded')
    }),
    { numRuns: 100 },
  )
})

// Feature: mlops-platform, Property 10: Template version availability
it('every release that was recorded is listed, newest first, and gives back its program', async () => {
  let serial = 0
  await fc.assert(
    fc.asyncProperty(fc.array(sources, { minLength: 1, maxLength: 3 }), async (versions) => {
      const made: string[] = []
      for (const files of versions) {
        serial += 1
        const release = serial.toString(16).padStart(12, '0')
        const packed = await packProgram(write(files), 'dev')
        const put = (Key: string, Body: string | Buffer) =>
          s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }))
        await put(releaseKeys.manifest(release), JSON.stringify(manifestOf(release, packed)))
        await put(releaseKeys.program(release), packed.bytes)
        await put(releaseKeys.current, JSON.stringify({ release }))
        made.push(release)
        const bytes = await readProgram({ s3, bucket }, release)
        const directory = mkdtempSync(join(scratch, 'restored-'))
        await restoreProgram(bytes, await readRelease({ s3, bucket }, release), directory, process.cwd())
        expect((await packProgram(directory, 'dev')).files).toEqual(packed.files)
      }
      if (serial <= 6) await listed(made)
    }),
    { numRuns: 100 },
  )
  const all = await listReleases({ s3, bucket })
  expect(all).toHaveLength(serial)
  expect(all.filter(({ current }) => current).map(({ manifest }) => manifest.release)).toEqual([
    serial.toString(16).padStart(12, '0'),
  ])
})

async function listed(made: readonly string[]): Promise<void> {
  const releases = (await listReleases({ s3, bucket })).map(({ manifest }) => manifest.release)
  expect(releases).toEqual(expect.arrayContaining([...made]))
}

it('a release that is not there is refused with those that are', async () => {
  await expect(readRelease({ s3, bucket }, 'ffffffffffff')).rejects.toThrow(
    /^there is no release ffffffffffff, s3:\/\/regimen-dev\/releases\/: /,
  )
})

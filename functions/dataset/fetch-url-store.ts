/** An import from a URL: downloaded once, kept by content, pinned to its checksum, unpacked, and put in its place. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { download as cached } from '../layout.ts'
import { download, headIfThere } from '../object-store.ts'
import { putFile } from '../put-file-store.ts'
import { requiredVariable } from '../required-variable.ts'
import { getItem, putNew, tableKeys, updateItem } from '../table-store.ts'
import { defaultLimits, downloadTo, type Validator } from './download-store.ts'
import type { PlacedDataset, UrlSource } from './import-source.ts'
import { type DiskFile, hashFile, kept, type Place, placeFiles, putDiskFile } from './place-store.ts'
import { gunzipFile, packingOf, unzipMembers } from './unpack-store.ts'
import { safeName } from './version-hash.ts'

const pinItem = z.object({ sha256: z.string() })
const contentItem = z.object({
  sha256: z.string(),
  etag: z.string().optional(),
  lastModified: z.string().optional(),
})
const hosts = z.array(z.string())

/**
 * @throws RegimenError `DatasetChanged` when the content is not the pinned one, and what `downloadTo` and unpacking throw
 */
export async function fetchUrl(place: Place, source: UrlSource, requestedBy: string): Promise<PlacedDataset> {
  const directory = await mkdtemp(join(tmpdir(), 'regimen-import-'))
  try {
    const file = join(directory, 'download')
    const { sha256, downloaded } = await obtain(place, source, requestedBy, file)
    const files = await unpack(source, file, directory)
    const { url, source: named, attribution, licence } = source
    const origin = { kind: 'url' as const, location: withoutSecrets(url), sha256, downloaded }
    const about = { source: named, attribution, licence }
    return await placeFiles(place, await kept(place, files, directory), { ...origin, ...about }, putDiskFile)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Leaves the content in `file`: from the cache when it has what is wanted, or when the server says that nothing changed. */
async function obtain({ bucket, project }: Place, source: UrlSource, requestedBy: string, file: string) {
  const digest = createHash('sha256').update(source.url).digest('hex').slice(0, 32)
  const pin = (await getItem(tableKeys.downloadPin(project, digest), pinItem))?.sha256
  const expected = source.sha256 ?? pin
  const known = expected === undefined ? undefined : await fromCache(bucket, project, digest, expected)
  // What was asked for by its checksum needs no question to the server.
  if (known !== undefined && source.sha256 !== undefined)
    return await take(bucket, project, digest, known.sha256, file)
  const limits = {
    ...defaultLimits,
    privateHosts: hosts.parse(JSON.parse(requiredVariable('PRIVATE_HOSTS'))),
  }
  const validator: Validator = known ?? {}
  const answer = await downloadTo(source.url, file, validator, limits)
  if (answer === 'unchanged') return await take(bucket, project, digest, expected ?? '', file)
  const { sha256, bytes, etag, lastModified } = answer
  if (expected !== undefined && sha256 !== expected) throw changed(source, expected, sha256)
  const named = source.sha256 !== undefined
  await keep({ bucket, project, digest, named }, { sha256, bytes, etag, lastModified }, file, {
    url: withoutSecrets(source.url),
    requestedBy,
  })
  return { sha256, downloaded: true }
}

async function fromCache(bucket: string, project: string, digest: string, sha256: string) {
  const item = await getItem(tableKeys.downloadContent(project, digest, sha256), contentItem)
  if (item === undefined) return undefined
  // The copy may have been deleted since: then it is fetched again.
  return (await headIfThere(cached.content(bucket, project, digest, sha256))) === undefined ? undefined : item
}

async function take(bucket: string, project: string, digest: string, sha256: string, file: string) {
  await download({ uri: cached.content(bucket, project, digest, sha256) }, file)
  const found = (await hashFile(file, 'download')).sha256
  if (found === sha256) return { sha256, downloaded: false }
  throw new RegimenError('DatasetChanged', {
    what: 'the cached copy is not what was downloaded',
    where: cached.content(bucket, project, digest, sha256),
    do: 'delete the object, and import again',
  })
}

/**
 * The copy first, then what points at it, then the pin: what a URL gave first is what it must give later, until somebody
 * names other content that it gives.
 */
async function keep(
  { bucket, project, digest, named }: { bucket: string; project: string; digest: string; named: boolean },
  content: { sha256: string; bytes: number; etag: string | undefined; lastModified: string | undefined },
  file: string,
  about: { url: string; requestedBy: string },
): Promise<void> {
  const { sha256, etag, lastModified } = content
  const uri = cached.content(bucket, project, digest, sha256)
  if ((await headIfThere(uri))?.bytes !== content.bytes) await putFile(uri, file)
  const key = tableKeys.downloadContent(project, digest, sha256)
  const fetchedAt = new Date().toISOString()
  await updateItem(key, { set: { ...content, ...about, uri, etag, lastModified, fetchedAt } })
  const pin = tableKeys.downloadPin(project, digest)
  const pinned = { sha256, ...about, pinnedAt: fetchedAt }
  if (named) await updateItem(pin, { set: pinned })
  else await putNew(pin, pinned)
}

async function unpack(source: UrlSource, file: string, directory: string): Promise<DiskFile[]> {
  const where = withoutSecrets(source.url)
  const name = decodeURIComponent(basename(new URL(source.url).pathname))
  const packing = await packingOf(file)
  if (packing === 'zip') {
    const members = await unzipMembers(
      file,
      source.members?.map(({ path }) => path),
      directory,
      where,
    )
    const files: DiskFile[] = []
    for (const [at, member] of members.entries()) {
      const wanted = source.members?.[at]?.sha256
      const found = wanted === undefined ? undefined : (await hashFile(member.file, member.path)).sha256
      if (wanted !== undefined && found !== wanted) throw changed(source, wanted, found ?? '')
      files.push(await withHeader(member.file, safeName(basename(member.path)), source.header))
    }
    return files
  }
  const data = packing === 'gzip' ? await gunzipFile(file, join(directory, 'unpacked'), where) : file
  return [
    await withHeader(data, safeName(packing === 'gzip' ? name.replace(/\.gz$/, '') : name), source.header),
  ]
}

async function withHeader(file: string, name: string, header: string | undefined): Promise<DiskFile> {
  if (header === undefined) return await hashFile(file, name)
  const target = `${file}-with-header`
  await writeFile(target, `${header}\n`)
  await pipeline(createReadStream(file), createWriteStream(target, { flags: 'a' }))
  return await hashFile(target, name)
}

const changed = ({ url }: UrlSource, expected: string, got: string) =>
  new RegimenError('DatasetChanged', {
    what: 'the source does not hold what it is pinned to',
    where: withoutSecrets(url),
    got: `sha256 ${got}`,
    expected: `sha256 ${expected}`,
    do: 'look at what has changed; to take the new content, import it with --sha256',
  })

/** A query may carry a signature or a token; it is kept nowhere. */
function withoutSecrets(url: string): string {
  const { origin, pathname } = new URL(url)
  return `${origin}${pathname}`
}

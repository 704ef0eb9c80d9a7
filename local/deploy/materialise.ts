/** Writes the assets and archives among a resource's inputs into directories named by their content. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { isObject } from '../gateway/json.ts'
import { AwsError } from '../service.ts'
import { type Asset, asset, assetMark } from './asset.ts'

/** An archive becomes `{directory, hash}`, an asset `{file, hash}`; everything else stays. */
export async function materialise(value: unknown, directory: string): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map((item) => materialise(item, directory)))
  if (!isObject(value)) return value
  if (assetMark in value) return await write(asset.parse(value[assetMark]), directory)
  const entries = Object.entries(value).map(
    async ([key, field]) => [key, await materialise(field, directory)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function write(found: Asset, directory: string) {
  const hash = (await fingerprint(found)).digest('hex')
  if (found.kind === 'archive-file' && !(await stat(found.path)).isDirectory())
    throw new AwsError(
      'ValidationException',
      `${found.path}: packed archives are not read locally; give the directory`,
    )
  const target = join(directory, hash)
  if (!existsSync(target)) await build(found, target)
  // Wherever it came from, the same content lies in the same place.
  if (found.kind === 'file') return { file: join(target, 'file'), hash }
  return found.kind === 'text' ? { file: join(target, 'text'), hash } : { directory: target, hash }
}

/** Built aside and renamed: a crash leaves no half archive under a good name. */
async function build(found: Asset, target: string): Promise<void> {
  const building = `${target}.${randomUUID()}`
  await mkdir(building, { recursive: true })
  if (found.kind === 'text') await writeFile(join(building, 'text'), found.text)
  else if (found.kind === 'file') await cp(found.path, join(building, 'file'))
  else if (found.kind === 'archive-file') await cp(found.path, building, { recursive: true })
  else if (found.kind === 'archive') await lay(found.assets, building)
  try {
    await rename(building, target)
  } catch (error) {
    await rm(building, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

async function lay(assets: Readonly<Record<string, Asset>>, root: string): Promise<void> {
  for (const [name, item] of Object.entries(assets)) {
    const path = join(root, normalize(`/${name}`))
    await mkdir(dirname(path), { recursive: true })
    if (item.kind === 'text') await writeFile(path, item.text)
    else if (item.kind === 'file') await cp(item.path, path)
    else if (item.kind === 'archive') await lay(item.assets, path)
    // Linked, not copied: a layer's native binding has tens of megabytes.
    else await symlink(item.path, path)
  }
}

/** Hash over content; of directories, whose files may be large, over names, sizes and times. */
async function fingerprint(found: Asset) {
  const hash = createHash('sha256').update(found.kind)
  if (found.kind === 'text') return hash.update(found.text)
  if (found.kind === 'file') return hash.update(await readFile(found.path))
  if (found.kind === 'archive') {
    for (const [name, item] of Object.entries(found.assets).sort(([left], [right]) =>
      left < right ? -1 : 1,
    ))
      hash.update(name).update((await fingerprint(item)).digest())
    return hash
  }
  for (const entry of (await readdir(found.path, { recursive: true })).sort()) {
    const { size, mtimeMs, isFile } = await about(join(found.path, entry))
    if (isFile) hash.update(`${entry}\n${size}\n${mtimeMs}\n`)
  }
  return hash
}

async function about(path: string) {
  const found = await stat(path)
  return { size: found.size, mtimeMs: found.mtimeMs, isFile: found.isFile() }
}

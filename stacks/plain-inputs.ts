/** Inputs of a resource as JSON that can be compared and printed: assets by their hash, secrets hidden. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as pulumi from '@pulumi/pulumi'

/** The signature under which Pulumi's wire format wraps special values, and its mark of a secret. */
const signatureKey = '4dabf18193072939515e22adb298388d'
const secretMark = '1b47061264138c4ac30d75fd1eb44270'

/** What stands for a secret. */
export const hidden = '[secret]'

/** @param root paths below it are printed relative to it, so that every checkout gives the same text */
export async function plainInputs(value: unknown, root: string): Promise<unknown> {
  if (pulumi.Output.isInstance(value))
    return await plainInputs(await new Promise((done) => value.apply(done)), root)
  if (isAsset(value)) return await described(value, root)
  if (Array.isArray(value)) return await Promise.all(value.map((each) => plainInputs(each, root)))
  if (typeof value !== 'object' || value === null) return value
  if (signatureKey in value) return value[signatureKey] === secretMark ? hidden : undefined
  const entries = Object.entries(value).map(
    async ([key, each]) => [key, await plainInputs(each, root)] as const,
  )
  return Object.fromEntries((await Promise.all(entries)).filter(([, each]) => each !== undefined))
}

/** Pulumi's own checks claim more than they know: they narrow anything else to `never`. */
const isAsset = (value: unknown): boolean =>
  pulumi.asset.Archive.isInstance(value) || pulumi.asset.Asset.isInstance(value)

async function described(value: unknown, root: string): Promise<unknown> {
  const relative = (path: string) => path.replace(`${root}/`, '')
  if (value instanceof pulumi.asset.StringAsset) {
    const text = await value.text
    return { bytes: Buffer.byteLength(text), sha256: createHash('sha256').update(text).digest('hex') }
  }
  if (value instanceof pulumi.asset.FileAsset) {
    const path = await value.path
    const sha256 = createHash('sha256').update(readFileSync(path)).digest('hex')
    return { file: relative(path), sha256 }
  }
  if (value instanceof pulumi.asset.FileArchive) return { directory: relative(await value.path) }
  if (value instanceof pulumi.asset.AssetArchive) {
    const entries = Object.entries(await value.assets).map(
      async ([name, each]) => [name, await described(await each, root)] as const,
    )
    return { archive: Object.fromEntries(await Promise.all(entries)) }
  }
  throw new Error('unknown kind of asset; expected StringAsset, FileAsset, FileArchive or AssetArchive')
}

/** A Pulumi value as JSON: outputs awaited, secrets unwrapped, assets described. */
import * as pulumi from '@pulumi/pulumi'
import { type Asset, assetMark } from './asset.ts'

/** The signature under which Pulumi's wire format wraps special values, and its mark of a secret. */
const signatureKey = '4dabf18193072939515e22adb298388d'

export async function toPlain(value: unknown): Promise<unknown> {
  if (value === undefined || value === null) return value
  if (pulumi.Output.isInstance(value)) return await toPlain(await settled(value))
  if (value instanceof Promise) return await toPlain(await value)
  if (isAsset(value)) return { [assetMark]: await describe(value) }
  if (Array.isArray(value)) return await Promise.all(value.map(toPlain))
  if (typeof value !== 'object') return value
  if (signatureKey in value && 'value' in value) return await toPlain(value.value)
  const fields = Object.entries(value).map(async ([name, field]) => [name, await toPlain(field)] as const)
  return Object.fromEntries((await Promise.all(fields)).filter(([, field]) => field !== undefined))
}

/** Pulumi's own checks claim more than they know: they narrow anything else to `never`. */
const isAsset = (value: unknown): boolean =>
  pulumi.asset.Archive.isInstance(value) || pulumi.asset.Asset.isInstance(value)

function settled(output: pulumi.Output<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value))
  })
}

/** @throws Error for remote assets: the laptop may be offline. */
async function describe(value: unknown): Promise<Asset> {
  if (value instanceof pulumi.asset.StringAsset) return { kind: 'text', text: await value.text }
  if (value instanceof pulumi.asset.FileAsset) return { kind: 'file', path: await value.path }
  if (value instanceof pulumi.asset.FileArchive) return { kind: 'archive-file', path: await value.path }
  if (value instanceof pulumi.asset.AssetArchive) {
    const entries = Object.entries(await value.assets).map(
      async ([name, item]) => [name, await describe(await item)] as const,
    )
    return { kind: 'archive', assets: Object.fromEntries(await Promise.all(entries)) }
  }
  throw new Error('unknown kind of asset; expected StringAsset, FileAsset, FileArchive or AssetArchive')
}

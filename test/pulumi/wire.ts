/** Pulumi's wire format of special values, and how the local cloud says the same. */
import { type Asset, assetMark } from '../../local/deploy/asset.ts'
import { isObject } from '../../local/gateway/json.ts'
import type { Json } from '../../local/service.ts'

/** Constants of https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts */
const signatureKey = '4dabf18193072939515e22adb298388d'
const archiveSignature = '0def7320c3a5731c473e5ecbe6d01bc7'
const assetSignature = 'c44067f5952c0a294b673a41bacd8c17'
/** Stands for a value that is known after the update only. */
export const unknown = '04da6b54-80e4-46f7-96ec-b56ff0331ba9'

export function hasUnknown(value: unknown): boolean {
  if (value === unknown) return true
  if (Array.isArray(value)) return value.some(hasUnknown)
  return isObject(value) && Object.values(value).some(hasUnknown)
}

/** Inputs as the local cloud takes them: assets described instead of marked. */
export function toCloud(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCloud)
  if (!isObject(value)) return value
  if (isMarked(value)) return { [assetMark]: describe(value) }
  return mapFields(value, toCloud)
}

/** Inputs for comparison: of an asset only its hash counts, wherever it lies. */
export function toComparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComparable)
  if (!isObject(value)) return value
  if (isMarked(value)) return { hash: value.hash }
  return mapFields(value, toComparable)
}

/** The provider's own remarks (`__defaults`, `__meta`) are no inputs. */
export const fields = (value: unknown): Json =>
  isObject(value) ? Object.fromEntries(Object.entries(value).filter(([name]) => !name.startsWith('__'))) : {}

/** An asset or archive stands somewhere in it. */
export function holdsAsset(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsAsset)
  return isObject(value) && (isMarked(value) || Object.values(value).some(holdsAsset))
}

const isMarked = (value: Json) =>
  value[signatureKey] === assetSignature || value[signatureKey] === archiveSignature

const mapFields = (value: Json, each: (field: unknown) => unknown): Json =>
  Object.fromEntries(Object.entries(value).map(([name, field]) => [name, each(field)]))

/** @throws Error for remote assets and archives. */
function describe(value: Json): Asset {
  const archive = value[signatureKey] === archiveSignature
  if (typeof value.path === 'string') return { kind: archive ? 'archive-file' : 'file', path: value.path }
  if (!archive && typeof value.text === 'string') return { kind: 'text', text: value.text }
  if (archive && isObject(value.assets)) {
    const entries = Object.entries(value.assets).map(
      ([name, item]) => [name, describe(fieldsOf(item))] as const,
    )
    return { kind: 'archive', assets: Object.fromEntries(entries) }
  }
  throw new Error('unknown kind of asset; expected a text, a file, a directory or an archive of these')
}

const fieldsOf = (value: unknown): Json => (isObject(value) ? value : {})

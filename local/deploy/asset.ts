/** Assets and archives of a Pulumi program as they travel from the program to the cloud. */
import * as z from 'zod'

/** The key that marks an asset among ordinary inputs. */
export const assetMark = '__asset'

export type Asset =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'archive'; readonly assets: Readonly<Record<string, Asset>> }
  | { readonly kind: 'archive-file'; readonly path: string }

export const asset: z.ZodType<Asset> = z.lazy(() =>
  z.union([
    z.object({ kind: z.literal('text'), text: z.string() }),
    z.object({ kind: z.literal('file'), path: z.string() }),
    z.object({ kind: z.literal('archive'), assets: z.record(z.string(), asset) }),
    z.object({ kind: z.literal('archive-file'), path: z.string() }),
  ]),
)

/** Where a dataset comes from: an object or prefix of the environment's bucket, or a URL; and what is remembered of it. */
import * as z from 'zod'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, '64 hexadecimal digits')

export const datasetName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'a name of letters, digits, . _ and -')

/** A file of an archive; its checksum is that of the unpacked file. */
const member = z.object({ path: z.string().min(1).max(500), sha256: sha256.optional() })

export const importSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('object'),
    /** An object, or a prefix that ends in `/`, of the environment's bucket. */
    uri: z.string().regex(/^s3:\/\/[^/]+\/.+$/s, 's3://BUCKET/KEY'),
    /** What the file was called where it came from. */
    origin: z.string().max(500).optional(),
  }),
  z.object({
    kind: z.literal('url'),
    url: z
      .url({ protocol: /^https?$/, error: 'an http or https URL' })
      .max(2_000)
      // The request of a run is kept, and a password does not expire.
      .refine((url) => !/^https?:\/*[^/?#]*@/i.test(url), 'a URL without a user name and password in it'),
    /** Checksum of what the URL gives; @default the one that its first download had */
    sha256: sha256.optional(),
    /** Of a zip archive; @default its only table */
    members: z.array(member).min(1).max(50).optional(),
    /** Put before each file: tables that come without a header. */
    header: z.string().max(10_000).optional(),
    /** Name in the table of sources. */
    source: z.string().max(100).optional(),
    attribution: z.string().max(1_000).optional(),
    licence: z.string().max(200).optional(),
  }),
])
export type ImportSource = z.output<typeof importSource>
export type UrlSource = Extract<ImportSource, { kind: 'url' }>

/** What the manifest says of where a version came from. */
export const datasetOrigin = z.object({
  kind: z.enum(['upload', 'object', 'prefix', 'url']),
  /** File name, URI or URL. */
  location: z.string(),
  source: z.string().optional(),
  attribution: z.string().optional(),
  licence: z.string().optional(),
  /** Of what the URL gave, before it was unpacked. */
  sha256: sha256.optional(),
  /** false: the cache had it. */
  downloaded: z.boolean().optional(),
})
export type DatasetOrigin = z.output<typeof datasetOrigin>

/** The files of a version where they lie in the bucket, named by their content. */
export const placedDataset = z.object({
  name: datasetName,
  /** First 16 hexadecimal digits of `sha256`. */
  version: z.string().regex(/^[0-9a-f]{16}$/),
  /** Of the one file; of several, over the sorted lines `<sha256>  <name>`. */
  sha256,
  /** The one file, or the prefix of several. */
  uri: z.string().startsWith('s3://'),
  fileName: z.string(),
  files: z.int().min(1),
  bytes: z.int().min(0),
  origin: datasetOrigin,
  /** Profile of the version before, for what has changed since. */
  previousUri: z.string().startsWith('s3://').optional(),
})
export type PlacedDataset = z.output<typeof placedDataset>

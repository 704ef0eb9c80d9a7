/** Everything that differs between environments, in one schema: a wrong value stops the preview, by name. */
import { z } from 'zod'

/** What the value of a key in `Pulumi.<env>.yaml` may be; the sentence is what an error says. */
const fields = {
  projects: {
    schema: z.array(z.string()).min(1),
    expected: 'a list of project ids, at least one',
    structured: true,
  },
  partBytes: {
    schema: z.coerce.number().int().min(65_536).max(1_000_000_000),
    expected: 'a whole number of bytes from 65536 to 1000000000',
  },
  mapConcurrency: {
    schema: z.coerce.number().int().min(1).max(1_000).default(20),
    expected: 'a whole number from 1 to 1000',
  },
  logRetentionDays: {
    schema: z.coerce
      .number()
      .refine((days) => [365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653].includes(days))
      .default(365),
    expected: 'one of 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
  },
  /** Mirrors of one's own: `host:port` that a dataset may be downloaded from although its address is private. */
  privateHosts: {
    schema: z.array(z.string().regex(/^[A-Za-z0-9.[\]:-]+$/)).default([]),
    expected: 'a list of host:port',
    structured: true,
  },
  protect: {
    schema: z.enum(['true', 'false']).default('true'),
    expected: 'true or false',
  },
  architecture: {
    schema: z.enum(['arm64', 'x86_64']).default('arm64'),
    expected: 'arm64 or x86_64',
  },
  /** `host` where the functions run on the machine that deploys them; by default the Linux of `architecture`. */
  duckdbPlatform: {
    schema: z.enum(['linux-arm64', 'linux-x64', 'host']).optional(),
    expected: 'linux-arm64, linux-x64 or host',
  },
} as const

export interface Configuration {
  readonly environment: string
  readonly projects: readonly string[]
  readonly partBytes: number
  readonly mapConcurrency: number
  readonly logRetentionDays: number
  readonly privateHosts: readonly string[]
  readonly protect: boolean
  readonly architecture: 'arm64' | 'x86_64'
  readonly duckdbPlatform: 'linux-arm64' | 'linux-x64' | 'host'
}

/**
 * @param stack the stack's name, which is the environment's
 * @param get the text of a key of the program's namespace (lists are JSON), undefined when it is not set
 * @throws Error with the key, the value, and what is allowed
 */
export function readConfiguration(
  stack: string,
  get: (key: string) => string | undefined,
  known: readonly string[],
): Configuration {
  const read = <Schema extends z.ZodType>(name: string, field: Field<Schema>) =>
    readField(stack, name, field, get(name))
  if (!/^[a-z][a-z0-9]{1,11}$/.test(stack))
    throw new Error(
      refusal('the stack', stack, '2 to 12 characters a-z and 0-9, first a letter', 'rename it'),
    )
  const chosen = read('projects', fields.projects)
  const unknown = chosen.find((id) => !known.includes(id))
  if (unknown !== undefined)
    throw new Error(refusal('regimen:projects', unknown, `ids among ${known.join(', ')}`, correct(stack)))
  const architecture = read('architecture', fields.architecture)
  return {
    environment: stack,
    projects: [...new Set(chosen)],
    partBytes: read('partBytes', fields.partBytes),
    mapConcurrency: read('mapConcurrency', fields.mapConcurrency),
    logRetentionDays: read('logRetentionDays', fields.logRetentionDays),
    privateHosts: read('privateHosts', fields.privateHosts),
    protect: read('protect', fields.protect) === 'true',
    architecture,
    duckdbPlatform:
      read('duckdbPlatform', fields.duckdbPlatform) ??
      (architecture === 'arm64' ? 'linux-arm64' : 'linux-x64'),
  }
}

interface Field<Schema extends z.ZodType> {
  readonly schema: Schema
  readonly expected: string
  /** A list or an object: JSON in the configuration. */
  readonly structured?: boolean
}

function readField<Schema extends z.ZodType>(
  stack: string,
  name: string,
  { schema, expected, structured = false }: Field<Schema>,
  text: string | undefined,
): z.output<Schema> {
  const result = schema.safeParse(structured ? parsed(text) : text)
  if (result.success) return result.data
  throw new Error(refusal(`regimen:${name}`, text ?? 'nothing', expected, correct(stack)))
}

/** A text that is no JSON stays a text, and the schema refuses it. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const correct = (stack: string) => `correct it in Pulumi.${stack}.yaml`

function refusal(key: string, got: string, expected: string, remedy: string): string {
  return `${key}: got ${got}; expected ${expected}; ${remedy}`
}

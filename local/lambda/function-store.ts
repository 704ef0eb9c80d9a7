/** Functions, versions, aliases and layers, one file each below the cloud's directory. */
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { readIfThere, writeAtomically } from '../atomic-file.ts'
import { AwsError, type Cloud } from '../service.ts'
import { digest, type FunctionRecord, type FunctionVersion, functionRecord } from './function-record.ts'

const layerVersion = z.object({ arn: z.string(), name: z.string(), version: z.int(), directory: z.string() })
export type LayerVersion = z.output<typeof layerVersion>

const stores = new WeakMap<Cloud, FunctionStore>()

export class FunctionStore {
  readonly #directory: string
  readonly #cloud: Cloud
  readonly #functions = new Map<string, FunctionRecord>()
  readonly #layers = new Map<string, LayerVersion>()

  private constructor(cloud: Cloud) {
    this.#cloud = cloud
    this.#directory = join(cloud.directory('lambda'), 'functions')
  }

  static async open(cloud: Cloud): Promise<FunctionStore> {
    const store = new FunctionStore(cloud)
    const files = await readdir(store.#directory).catch(() => [])
    for (const file of files.filter((name) => name.endsWith('.json'))) {
      const record = functionRecord.parse(JSON.parse((await readIfThere(join(store.#directory, file))) ?? ''))
      store.#functions.set(record.name, record)
    }
    const layers = await readIfThere(store.#layerFile)
    for (const layer of layers === undefined ? [] : z.array(layerVersion).parse(JSON.parse(layers)))
      store.#layers.set(layer.arn, layer)
    stores.set(cloud, store)
    return store
  }

  /** @throws AwsError before the local Lambda has started */
  static of(cloud: Cloud): FunctionStore {
    const store = stores.get(cloud)
    if (store === undefined) throw new AwsError('ServiceException', 'the local Lambda has not started', 503)
    return store
  }

  get all(): FunctionRecord[] {
    return [...this.#functions.values()].sort((left, right) => (left.name < right.name ? -1 : 1))
  }

  find(name: string): FunctionRecord | undefined {
    return this.#functions.get(name)
  }

  /** @throws AwsError `ResourceNotFoundException` */
  get(name: string): FunctionRecord {
    const record = this.#functions.get(name)
    if (record === undefined) throw notFound(`Function not found: ${this.arn(name)}`)
    return record
  }

  /** The version that a qualifier (version or alias) names. @throws AwsError `ResourceNotFoundException` */
  resolve(name: string, qualifier: string | undefined): FunctionVersion {
    const record = this.get(name)
    if (qualifier === undefined || qualifier === '$LATEST') return record.latest
    const number = record.aliases[qualifier]?.version ?? qualifier
    const version =
      number === '$LATEST' ? record.latest : record.versions.find((candidate) => candidate.version === number)
    if (version === undefined) throw notFound(`Function not found: ${this.arn(name)}:${qualifier}`)
    return version
  }

  arn(name: string, qualifier?: string): string {
    return this.#cloud.arn('lambda', `function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`)
  }

  async save(record: FunctionRecord): Promise<void> {
    await writeAtomically(join(this.#directory, `${record.name}.json`), JSON.stringify(record))
    this.#functions.set(record.name, record)
  }

  async remove(name: string): Promise<void> {
    this.#functions.delete(name)
    await rm(join(this.#directory, `${name}.json`), { force: true })
  }

  /** @throws AwsError `InvalidParameterValueException` */
  layer(arn: string): LayerVersion {
    const found = this.#layers.get(arn)
    if (found !== undefined) return found
    throw new AwsError('InvalidParameterValueException', `Layer version ${arn} does not exist.`)
  }

  /** The next version of a layer. */
  async addLayer(name: string, directory: string): Promise<LayerVersion> {
    const numbers = [...this.#layers.values()].flatMap((layer) =>
      layer.name === name ? [layer.version] : [],
    )
    const version = Math.max(0, ...numbers) + 1
    const layer = { arn: this.#cloud.arn('lambda', `layer:${name}:${version}`), name, version, directory }
    this.#layers.set(layer.arn, layer)
    await writeAtomically(this.#layerFile, JSON.stringify([...this.#layers.values()]))
    return layer
  }

  get #layerFile(): string {
    return join(this.#cloud.directory('lambda'), 'layers.json')
  }

  /** Freezes the newest configuration as a version; unchanged since the last one, that is answered again. */
  async publish(name: string): Promise<FunctionVersion> {
    const record = this.get(name)
    const last = record.versions.at(-1)
    if (last !== undefined && digest(last) === digest(record.latest)) return last
    const version = { ...record.latest, version: String(record.lastVersion + 1) }
    await this.save({
      ...record,
      versions: [...record.versions, version],
      lastVersion: record.lastVersion + 1,
    })
    return version
  }
}

export const notFound = (message: string) => new AwsError('ResourceNotFoundException', message, 404)

/** Name, partial ARN or ARN, each with an optional qualifier. @throws AwsError `ValidationException` */
export function parseFunctionName(text: string): { name: string; qualifier?: string } {
  const match =
    /^(?:arn:[\w-]+:lambda:[\w-]+:\d{12}:function:|\d{12}:function:)?([\w-]{1,64})(?::(\$LATEST|[\w-]+))?$/.exec(
      text,
    )
  const [, name, qualifier] = match ?? []
  if (name === undefined)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern`,
    )
  return qualifier === undefined ? { name } : { name, qualifier }
}

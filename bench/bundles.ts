/** Bench `bundles`: size and cold import of every function, the DuckDB layers, and the evaluation of the program. */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as z from 'zod'
import { stackGraphProcess } from '../cli/stack-graph.ts'
import { bundleFunctions } from '../infra/bundle.ts'
import { bundleDirectory } from '../infra/bundle-file.ts'
import { duckdbApi } from '../infra/duckdb-layer.ts'
import { duckdbScript } from '../infra/duckdb-script.ts'
import { functionEntries } from '../infra/functions.ts'
import { duckdbLayers, type LayerFigures } from './duckdb-layers.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const repetitions = Number(process.env.BENCH_REPETITIONS ?? 5)
const limits = { bundleBytes: 1_000_000, importMilliseconds: 150, programSeconds: 5, programMegabytes: 400 }

interface BundleFigures {
  readonly kilobytes: number
  readonly usesDuckdb: boolean
  /** From nothing to the exported handler, without Node's own start; medians. */
  readonly importMilliseconds: number
  /** Of the processor: where others use the machine too, this tells more than the clock. */
  readonly importCpuMilliseconds: number
  /** Our import over that of a bundle with two SDK clients alone, in the same run. */
  readonly importOverSdkAlone: number
}

export interface BundlesFigures {
  readonly bundles: Readonly<Record<string, BundleFigures>>
  readonly sdkAlone: { readonly kilobytes: number; readonly importMilliseconds: number }
  readonly empty: { readonly importMilliseconds: number }
  readonly layers: Readonly<Record<string, LayerFigures>>
  readonly program: Readonly<
    Record<string, { readonly seconds: number; readonly cpuSeconds: number; readonly peakMegabytes: number }>
  >
  readonly limits: typeof limits
  /** What is over a limit, in words; empty when all is well. */
  readonly missed: readonly string[]
}

/** Clients that nearly every function has. */
const twoClients =
  "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'\nimport { S3Client } from '@aws-sdk/client-s3'\nexport const handler = async () => [new S3Client({}), new DynamoDBClient({})].length\n"

export async function measure(): Promise<BundlesFigures> {
  // DuckDB is found as Lambda finds it in the layer: its script here, its binding in the repository above.
  const cache = join(root, 'node_modules/.cache/regimen')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'bench-'))
  try {
    writeFileSync(join(directory, 'sdk-alone.ts'), twoClients)
    writeFileSync(join(directory, 'empty.ts'), 'export const handler = async () => 0\n')
    const references = { 'sdk-alone': join(directory, 'sdk-alone.ts'), empty: join(directory, 'empty.ts') }
    const made = await bundleFunctions(root, { ...functionEntries, ...references })
    const layer = join(directory, 'node_modules', duckdbApi)
    mkdirSync(layer, { recursive: true })
    copyFileSync(await duckdbScript(root, join(root, 'node_modules', duckdbApi)), join(layer, 'index.js'))
    const files = Object.entries(made).map(([name, { path }]) => {
      const file = join(directory, `${name}.mjs`)
      copyFileSync(path, file)
      return [name, file] as const
    })
    const imports = await importsOf(files)
    const of = (name: string) =>
      imports.get(name) ?? { milliseconds: Number.NaN, cpuMilliseconds: Number.NaN }
    const reference = of('sdk-alone')
    const bundles = Object.fromEntries(
      Object.entries(made)
        .filter(([name]) => !(name in references))
        .map(([name, { path, usesDuckdb }]): [string, BundleFigures] => [
          name,
          {
            kilobytes: statSync(path).size / 1_000,
            usesDuckdb,
            importMilliseconds: of(name).milliseconds,
            importCpuMilliseconds: of(name).cpuMilliseconds,
            importOverSdkAlone: of(name).milliseconds / reference.milliseconds,
          },
        ]),
    )
    const sdkAlone = {
      kilobytes: statSync(made['sdk-alone'].path).size / 1_000,
      importMilliseconds: reference.milliseconds,
    }
    const layers = await duckdbLayers(root)
    const program = {
      dev: await evaluation('dev'),
      staging: await evaluation('staging'),
      prod: await evaluation('prod'),
      'dev, bundles kept': await evaluation('dev', true),
    }
    return {
      bundles,
      sdkAlone,
      empty: { importMilliseconds: of('empty').milliseconds },
      layers,
      program,
      limits,
      missed: [...missedBy(bundles), ...missedByLayers(layers), ...missedByProgram(program)],
    }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const timed = z.object({ milliseconds: z.number(), cpuMilliseconds: z.number() })
type Timed = z.output<typeof timed>

/** Turn by turn, so that what else the machine does meets all bundles alike. @returns medians by name */
async function importsOf(files: readonly (readonly [string, string])[]): Promise<Map<string, Timed>> {
  const taken = new Map<string, Timed[]>()
  const script = join(import.meta.dirname, 'import-time.ts')
  for (let repetition = 0; repetition < repetitions; repetition++) {
    process.stderr.write(`  imports, ${repetition + 1} of ${repetitions}\n`)
    for (const [name, file] of files) {
      const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', script, file])
      taken.set(name, [...(taken.get(name) ?? []), timed.parse(JSON.parse(stdout))])
    }
  }
  return new Map(
    [...taken].map(([name, all]) => [
      name,
      {
        milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
        cpuMilliseconds: median(all.map(({ cpuMilliseconds }) => cpuMilliseconds)),
      },
    ]),
  )
}

const told = z.object({ peakMegabytes: z.number(), cpuSeconds: z.number() })
/** Said at the end on stderr, by the process itself: the kernel's peak of its resident memory. */
const tellAtExit = `data:text/javascript,${encodeURIComponent(
  "process.on('exit',()=>{const {maxRSS,userCPUTime,systemCPUTime}=process.resourceUsage();process.stderr.write('\\n'+JSON.stringify({peakMegabytes:maxRSS/1024,cpuSeconds:(userCPUTime+systemCPUTime)/1e6}))})",
)}`

/**
 * One environment from nothing, bundling included; the bundler's own process is in the seconds, not in the memory.
 * @param isKept finds the bundles of an evaluation before
 */
async function evaluation(stack: string, isKept = false) {
  process.stderr.write(`  program, ${stack}\n`)
  const all: { seconds: number; cpuSeconds: number; peakMegabytes: number }[] = []
  for (let repetition = 0; repetition < Math.min(3, repetitions); repetition++) {
    const { flags, main } = stackGraphProcess
    if (!isKept) rmSync(bundleDirectory(root), { recursive: true, force: true })
    const started = performance.now()
    const child = await promisify(execFile)(
      process.execPath,
      [...flags, '--import', tellAtExit, main, stack],
      { cwd: root, maxBuffer: 1 << 28 },
    )
    const seconds = (performance.now() - started) / 1_000
    if (child.stdout.startsWith('{"error"')) throw new Error(child.stdout)
    all.push({ seconds, ...told.parse(JSON.parse(child.stderr.trim().split('\n').at(-1) ?? '')) })
  }
  return {
    seconds: median(all.map(({ seconds }) => seconds)),
    cpuSeconds: median(all.map(({ cpuSeconds }) => cpuSeconds)),
    peakMegabytes: median(all.map(({ peakMegabytes }) => peakMegabytes)),
  }
}

function missedBy(bundles: BundlesFigures['bundles']): string[] {
  return Object.entries(bundles).flatMap(([name, { kilobytes, importMilliseconds }]) => [
    ...(kilobytes * 1_000 < limits.bundleBytes ? [] : [`${name}: ${kilobytes.toFixed(0)} KB`]),
    ...(importMilliseconds < limits.importMilliseconds
      ? []
      : [`${name}: imported in ${importMilliseconds.toFixed(0)} ms`]),
  ])
}

const missedByLayers = (layers: BundlesFigures['layers']) =>
  Object.entries(layers).flatMap(([name, { isWithinLimits }]) => (isWithinLimits ? [] : [`layer ${name}`]))

function missedByProgram(program: BundlesFigures['program']): string[] {
  return Object.entries(program).flatMap(([name, { seconds, peakMegabytes }]) => [
    ...(seconds < limits.programSeconds ? [] : [`program ${name}: ${seconds.toFixed(1)} s`]),
    ...(peakMegabytes < limits.programMegabytes ? [] : [`program ${name}: ${peakMegabytes.toFixed(0)} MB`]),
  ])
}

const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** `regimen demo` (`npm start`): the local cloud, the Pulumi program in it, and the whole story of a model. */
import { pathToFileURL } from 'node:url'
import { Command } from 'commander'
import { deploy } from '../../local/deploy/deploy.ts'
import { startCloudProcess } from '../cloud-process.ts'
import { type GlobalOptions, openContext } from '../context.ts'
import type { DemoSummary } from '../demo/run-demo.ts'
import { Output, seconds, table } from '../output.ts'
import { programDirectory } from '../program-directory.ts'
import { defaultDirectory, useEndpoint } from '../running-cloud.ts'

interface Options extends GlobalOptions {
  readonly data?: string
  readonly batch: readonly string[]
  readonly rows?: number
  readonly seed: number
}

const collect = (name: string, before: readonly string[]) => [...before, name]

export function demoCommand(): Command {
  return new Command('demo')
    .description('deploy, import, train, approve, score later batches and report, all on this machine')
    .option('--data <file>', 'the real table (CSV, perhaps gzipped); otherwise one is generated')
    .option(
      '--batch <name>',
      'a later batch of the rehearsal; may be repeated (default: steady, then shifted)',
      collect,
      [],
    )
    .option('--rows <n>', 'rows to generate', Number)
    .option('--seed <n>', 'seed of the generator', Number, 1)
    .action(async (_options: object, self: Command) => {
      const options: Options = self.optsWithGlobals()
      const out = new Output(options.json === true)
      const started = Date.now()
      const directory = options.dir ?? defaultDirectory
      out.line('Local cloud')
      const cloud = await startCloudProcess({ directory, port: 0, detach: false })
      try {
        const deployed = await deploy({
          stack: 'dev',
          endpoint: cloud.endpoint,
          programDir: programDirectory,
          onProgress: (line) => out.passing(`  … ${line}`),
        })
        out.line(
          `  ✓ ${cloud.endpoint}: ${deployed.created + deployed.updated + deployed.unchanged} resources of stacks/index.ts in ${seconds(deployed.seconds * 1000)}`,
        )
        useEndpoint(cloud.endpoint)
        const context = await openContext(options)
        // DuckDB comes with it, for which no help has to wait.
        const { runDemo } = await import('../demo/run-demo.ts')
        const demo = await runDemo(context, {
          directory,
          batches: options.batch.length > 0 ? options.batch : ['steady', 'shifted'],
          seed: options.seed,
          ...(options.data === undefined ? {} : { data: options.data }),
          ...(options.rows === undefined ? {} : { rows: options.rows }),
        })
        const summary = { ...demo, deploySeconds: deployed.seconds, seconds: (Date.now() - started) / 1000 }
        out.result(summary, () => describe(summary))
      } finally {
        await cloud.stop()
      }
    })
}

function describe(demo: DemoSummary): string {
  const { metrics } = demo.training
  const shown = [
    'rocAuc',
    'prAuc',
    'prAucLift',
    'brier',
    'expectedCalibrationError',
    'recall',
    'precision',
    'f1',
  ]
  return [
    '',
    `Model version ${demo.training.modelVersion} on ${demo.dataset.rows.toLocaleString('en-US')} rows`,
    table(
      ['METRIC', 'TEST SIDE'],
      shown.filter((name) => metrics[name] !== undefined).map((name) => [name, metrics[name]]),
    ),
    '',
    ...demo.batches.flatMap((batch) => [
      `Batch: ${batch.title}`,
      `  ${batch.predictionCount.toLocaleString('en-US')} predictions, ${batch.lowConfidence.toLocaleString('en-US')} with low confidence`,
      `  ${batch.featuresWithDrift.length === 0 ? 'no drift' : `drift in ${batch.featuresWithDrift.join(', ')}`}${batch.driftAlarm ? ', and an alarm' : ', no alarm'}`,
    ]),
    '',
    table(['STAGE', 'SECONDS'], Object.entries(demo.times)),
    '',
    alarmLine(demo.alarms),
    `On AWS these runs would have cost about $${demo.estimatedAwsCostUsd.toFixed(3)} (list prices: cli/prices.ts)`,
    `Took ${demo.seconds.toFixed(1)} s`,
    ...Object.entries(demo.reports).map(([name, file]) => `Report (${name}): ${pathToFileURL(file).href}`),
  ].join('\n')
}

/** Those that are not OK, by name: most are, and stand in nobody's way. */
export function alarmLine(alarms: readonly { readonly name: string; readonly state: string }[]): string {
  const notOk = alarms.filter(({ state }) => state !== 'OK')
  const told = notOk.map(({ name, state }) => `${name} is ${state}`)
  const quiet = alarms.length - notOk.length
  return `Alarms: ${[...told, ...(quiet > 0 ? [`${quiet} OK`] : [])].join(', ') || 'none'}`
}

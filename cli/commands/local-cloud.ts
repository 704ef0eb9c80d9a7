/** `regimen up|down|status`: the local cloud, with the Pulumi program deployed into it. */
import { Command } from 'commander'
import { deploy } from '../../local/deploy/deploy.ts'
import { startCloudProcess, stopCloudProcess } from '../cloud-process.ts'
import type { GlobalOptions } from '../context.ts'
import { Output, seconds } from '../output.ts'
import { programDirectory } from '../program-directory.ts'
import { requireEnvironment } from '../require-environment.ts'
import { defaultDirectory, localEnvironment, runningCloud } from '../running-cloud.ts'
import { letGo } from '../stack/let-go.ts'

interface UpOptions extends GlobalOptions {
  readonly detach?: boolean
  readonly port: string
  readonly recordCalls?: string
  readonly ignoreProtect?: boolean
}

export function upCommand(): Command {
  return new Command('up')
    .description('start the local cloud and deploy the Pulumi program into it')
    .option('--detach', 'return once it is deployed; stop it with `regimen down`')
    .option('--port <n>', 'loopback port', '4566')
    .option('--record-calls <file>', 'note which role called what, each kind of call once')
    .option('--ignore-protect', 'let go of data, keys and models that the program does not have any more')
    .action(async (_options: object, self: Command) => {
      const options: UpOptions = self.optsWithGlobals()
      const out = new Output(options.json === true)
      const directory = options.dir ?? defaultDirectory
      const stack = options.stack ?? 'dev'
      requireEnvironment(programDirectory, stack)
      const cloud = await startCloudProcess({
        directory,
        port: Number(options.port),
        detach: options.detach === true,
        recordCalls: options.recordCalls,
      })
      try {
        const deployed = await deploy({
          stack,
          endpoint: cloud.endpoint,
          programDir: programDirectory,
          ignoreProtect: options.ignoreProtect === true,
          onProgress: (line) => out.passing(`  … ${line}`),
        })
        out.result({ endpoint: cloud.endpoint, pid: cloud.pid, stack, ...deployed }, () =>
          [
            `local cloud at ${cloud.endpoint}, state in ${directory}`,
            `stack ${stack}: ${deployed.created} created, ${deployed.updated} updated, ${deployed.deleted} deleted, ${deployed.unchanged} unchanged, ${seconds(deployed.seconds * 1000)}`,
            ...letGo(deployed.steps),
            ...elsewhere(stack, localEnvironment(directory)),
            `any AWS client works against it: AWS_ENDPOINT_URL=${cloud.endpoint}`,
          ].join('\n'),
        )
      } catch (error) {
        await cloud.stop()
        throw error
      }
      if (options.detach !== true) await cloud.ended
    })
}

/** Two environments in one cloud: whoever has just deployed one means it, and commands mean another. */
const elsewhere = (stack: string, meant: string) =>
  stack === meant
    ? []
    : [`commands work in ${meant}; REGIMEN_ENVIRONMENT=${stack} before them makes that ${stack}`]

export function downCommand(): Command {
  return new Command('down')
    .description('stop the local cloud; what it holds stays on disk')
    .action(async (_options: object, self: Command) => {
      const options: GlobalOptions = self.optsWithGlobals()
      const stopped = await stopCloudProcess(options.dir ?? defaultDirectory)
      new Output(options.json === true).result({ stopped }, () => (stopped ? 'stopped' : 'nothing was up'))
    })
}

export function statusCommand(): Command {
  return new Command('status')
    .description('whether a local cloud is up, and where')
    .action((_options: object, self: Command) => {
      const options: GlobalOptions = self.optsWithGlobals()
      const cloud = runningCloud(options.dir ?? defaultDirectory)
      new Output(options.json === true).result({ up: cloud !== undefined, ...cloud }, () =>
        cloud === undefined ? 'no local cloud is up' : `up at ${cloud.endpoint}, process ${cloud.pid}`,
      )
    })
}

/**
 * Pulumi's Node.js language host, as much of it as the suite needs: it runs the program, and policy packs, with the
 * runner of the installed @pulumi/pulumi. The official host is no Go module that can be had by its version.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from '@grpc/grpc-js'
import services from '@pulumi/pulumi/proto/language_grpc_pb.js'
import messages from '@pulumi/pulumi/proto/language_pb.js'
import plugins from '@pulumi/pulumi/proto/plugin_pb.js'
import empty from 'google-protobuf/google/protobuf/empty_pb.js'
import { serve } from './grpc-server.ts'

const require = createRequire(import.meta.url)
const runner = (name: string) => require.resolve(`@pulumi/pulumi/cmd/${name}/index.js`)
const engine = process.argv.at(-1) ?? ''
/** Says that the runner has told the user already: https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/run/index.ts */
const exitAfterTelling = 32
const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

function start(args: readonly string[], cwd: string, environment: Record<string, string>, piped: boolean) {
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', piped ? 'pipe' : 'inherit', piped ? 'pipe' : 'inherit'],
  })
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}

function run(
  { request }: ServerUnaryCall<messages.RunRequest, messages.RunResponse>,
  callback: sendUnaryData<messages.RunResponse>,
) {
  const info = request.getInfo()
  const given: [string, string | undefined][] = [
    ['--monitor', request.getMonitorAddress()],
    ['--engine', engine],
    ['--project', request.getProject()],
    ['--stack', request.getStack()],
    ['--organization', request.getOrganization()],
    ['--root-directory', info?.getRootDirectory()],
    ['--pwd', request.getPwd()],
    ['--parallel', String(request.getParallel())],
  ]
  const options = given.flatMap(([flag, value]) => (value === undefined || value === '' ? [] : [flag, value]))
  const program = join(info?.getProgramDirectory() ?? request.getPwd(), info?.getEntryPoint() ?? '.')
  const environment = {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: 'false',
  }
  const dry = request.getDryrun() ? ['--dry-run'] : []
  const child = start([runner('run'), ...options, ...dry, program], request.getPwd(), environment, true)
  // The engine shows what the host prints.
  child.stdout?.pipe(process.stdout)
  child.stderr?.pipe(process.stderr)
  child.once('close', (code) => {
    const response = new messages.RunResponse()
    if (code === exitAfterTelling) response.setBail(true)
    else if (code !== 0) response.setError(`the program ended with status ${code}`)
    callback(null, response)
  })
}

function runPlugin(call: ServerWritableStream<messages.RunPluginRequest, messages.RunPluginResponse>) {
  const { request } = call
  const directory = request.getInfo()?.getProgramDirectory() ?? request.getProgram()
  const environment = Object.fromEntries(
    request.getEnvList().map((entry) => {
      const at = entry.indexOf('=')
      return [entry.slice(0, at), entry.slice(at + 1)] as const
    }),
  )
  const child = start(
    [
      runner(request.getKind() === 'analyzer' ? 'run-policy-pack' : 'run-plugin'),
      ...request.getArgsList(),
      directory,
    ],
    // A pack's package.json and modules are its own.
    request.getKind() === 'analyzer' ? directory : request.getPwd(),
    // What PulumiPolicy.yaml says of TypeScript, handed on as the official host does.
    { ...environment, PULUMI_NODEJS_TYPESCRIPT: 'false' },
    true,
  )
  const say = (set: (response: messages.RunPluginResponse) => void) => {
    const response = new messages.RunPluginResponse()
    set(response)
    call.write(response)
  }
  child.stdout?.on('data', (chunk: Buffer) => say((response) => response.setStdout(new Uint8Array(chunk))))
  child.stderr?.on('data', (chunk: Buffer) => say((response) => response.setStderr(new Uint8Array(chunk))))
  child.once('close', (code) => {
    say((response) => response.setExitcode(code ?? 1))
    call.end()
  })
  call.on('cancelled', () => child.kill())
}

function requiredPackages(
  _call: ServerUnaryCall<messages.GetRequiredPackagesRequest, messages.GetRequiredPackagesResponse>,
  callback: sendUnaryData<messages.GetRequiredPackagesResponse>,
) {
  const needed = new plugins.PackageDependency()
  needed.setName('aws')
  needed.setKind('resource')
  needed.setVersion(process.env.REGIMEN_PROVIDER_VERSION ?? '7.48.0')
  const response = new messages.GetRequiredPackagesResponse()
  response.addPackages(needed)
  callback(null, response)
}

function requiredPlugins(
  _call: ServerUnaryCall<messages.GetRequiredPluginsRequest, messages.GetRequiredPluginsResponse>,
  callback: sendUnaryData<messages.GetRequiredPluginsResponse>,
) {
  callback(null, new messages.GetRequiredPluginsResponse())
}

function pluginInfo(
  _call: ServerUnaryCall<empty.Empty, plugins.PluginInfo>,
  callback: sendUnaryData<plugins.PluginInfo>,
) {
  const response = new plugins.PluginInfo()
  response.setVersion('3.0.0')
  callback(null, response)
}

function handshake(
  _call: ServerUnaryCall<messages.LanguageHandshakeRequest, messages.LanguageHandshakeResponse>,
  callback: sendUnaryData<messages.LanguageHandshakeResponse>,
) {
  callback(null, new messages.LanguageHandshakeResponse())
}

function cancel(_call: ServerUnaryCall<empty.Empty, empty.Empty>, callback: sendUnaryData<empty.Empty>) {
  for (const child of children) child.kill()
  callback(null, new empty.Empty())
}

serve(services.LanguageRuntimeService, {
  handshake,
  getRequiredPlugins: requiredPlugins,
  getRequiredPackages: requiredPackages,
  run,
  runPlugin,
  getPluginInfo: pluginInfo,
  cancel,
})

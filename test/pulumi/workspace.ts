/** A copy of the program with its own Pulumi home and file backend, a running local cloud, and the real CLI over both. */
import { spawn } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { startCloud } from '../../local/cloud.ts'
import { services } from '../../local/services.ts'

const repository = resolve(import.meta.dirname, '../..')
const sources = [
  'functions',
  'infra',
  'projects',
  'stacks',
  'statemachines',
  'package.json',
  'package-lock.json',
]
const providerVersion = '7.48.0'

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  /** Both streams as they came. */
  readonly text: string
}

export interface Workspace {
  readonly directory: string
  readonly cloud: Awaited<ReturnType<typeof startCloud>>
  /** Environment of the CLI: backend, passphrase, plugins, endpoint. */
  readonly environment: Record<string, string>
  /** Runs `pulumi …` and waits for it, whatever its exit code. */
  pulumi(...args: readonly string[]): Promise<Finished>
  /** The same, failing with what it printed unless it ends with 0. */
  must(...args: readonly string[]): Promise<Finished>
  /** Starts it and kills it with all its children once a line matches. */
  killed(when: RegExp, ...args: readonly string[]): Promise<Finished>
  close(): Promise<void>
}

export async function openWorkspace(cli: string): Promise<Workspace> {
  const root = mkdtempSync(join(tmpdir(), 'regimen-pulumi-'))
  const directory = join(root, 'program')
  copyProgram(directory)
  const bin = join(root, 'bin')
  const home = join(root, 'home')
  mkdirSync(join(root, 'backend'))
  mkdirSync(home)
  // The CLI logs every message of its plugins, compressed, below this name: nine tenths of its time with bundles in them.
  writeFileSync(join(home, 'logs'), 'no logs')
  executable(join(bin, 'pulumi-language-nodejs'), 'language-host.ts')
  executable(
    join(home, 'plugins', `resource-aws-v${providerVersion}`, 'pulumi-resource-aws'),
    'aws-provider.ts',
  )
  const cloud = await startCloud({ directory: join(root, 'cloud'), port: 0, services: services() })
  const environment = {
    PATH: `${bin}:${resolve(cli, '..')}:${process.env.PATH ?? ''}`,
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${join(root, 'backend')}`,
    PULUMI_CONFIG_PASSPHRASE: 'only for tests',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_CLI: cli,
    REGIMEN_ENDPOINT: cloud.endpoint,
    AWS_ENDPOINT_URL: cloud.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    HOME: process.env.HOME ?? root,
    NO_COLOR: '1',
  }
  const start = (args: readonly string[], when?: RegExp) =>
    run(cli, [...args, '--non-interactive'], directory, environment, when)
  return {
    directory,
    cloud,
    environment,
    pulumi: (...args) => start(args),
    async must(...args) {
      const done = await start(args)
      if (done.code !== 0) throw new Error(`pulumi ${args.join(' ')} ended with ${done.code}:\n${done.text}`)
      return done
    },
    killed: (when, ...args) => start(args, when),
    async close() {
      await cloud.stop()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

export function copyProgram(directory: string): void {
  mkdirSync(directory, { recursive: true })
  for (const source of sources) cpSync(join(repository, source), join(directory, source), { recursive: true })
  for (const file of ['Pulumi.yaml', 'Pulumi.dev.yaml', 'Pulumi.staging.yaml', 'Pulumi.prod.yaml'])
    cpSync(join(repository, file), join(directory, file))
  linkPackages(join(repository, 'node_modules'), join(directory, 'node_modules'))
}

/**
 * Every package by a link, but for DuckDB's native binding: the engine reads the layer's 70 MB several times in every
 * step, and nothing runs in it here.
 */
function linkPackages(from: string, to: string): void {
  mkdirSync(join(to, '@duckdb'), { recursive: true })
  for (const name of readdirSync(from)) if (name !== '@duckdb') symlinkSync(join(from, name), join(to, name))
  for (const name of readdirSync(join(from, '@duckdb'))) {
    const target = join(to, '@duckdb', name)
    if (!name.startsWith('node-bindings-')) {
      symlinkSync(join(from, '@duckdb', name), target)
      continue
    }
    mkdirSync(target)
    cpSync(join(from, '@duckdb', name, 'package.json'), join(target, 'package.json'))
  }
}

/** A script of this folder as an executable of its own. */
function executable(path: string, script: string): void {
  mkdirSync(resolve(path, '..'), { recursive: true })
  const program = join(import.meta.dirname, script)
  writeFileSync(path, `#!/bin/sh\nexec "${process.execPath}" --no-warnings "${program}" "$@"\n`)
  chmodSync(path, 0o755)
}

/** In a process group of its own, so that a kill leaves none of its plugins behind. */
function run(
  cli: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string>,
  killWhen: RegExp | undefined,
): Promise<Finished> {
  return new Promise((done, refuse) => {
    const child = spawn(cli, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    const kept = { stdout: '', text: '' }
    const group = -(child.pid ?? 0)
    const kill = () => {
      try {
        process.kill(group, 'SIGKILL')
      } catch {
        // The group has ended by itself.
      }
    }
    process.once('exit', kill)
    child.stdout.on('data', (chunk: Buffer) => {
      kept.stdout += chunk.toString()
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        kept.text += chunk.toString()
        if (killWhen?.test(kept.text) === true) kill()
      })
    child.once('error', refuse)
    child.once('close', (code) => {
      kill()
      process.off('exit', kill)
      done({ code, ...kept })
    })
  })
}

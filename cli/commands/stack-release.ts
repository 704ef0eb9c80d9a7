/** `regimen stack release|rollback|destroy|recreate`: what was deployed when, and the way back to it. */
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { type Context, type GlobalOptions, openEnvironment } from '../context.ts'
import { type Output, table } from '../output.ts'
import { programDirectory } from '../program-directory.ts'
import { chooseEngine, type EngineName, engineName } from '../stack/choose-engine.ts'
import type { Update } from '../stack/engine.ts'
import { listReleases, readHistory, readRelease } from '../stack/read-releases.ts'
import { refuseDestroy } from '../stack/refuse-destroy.ts'
import { recreate, rollBack } from '../stack/rollback.ts'

interface UpdateOptions extends GlobalOptions {
  readonly to: string
  readonly preview?: boolean
  readonly yes?: boolean
  readonly engine?: EngineName
  readonly ignoreProtect?: boolean
}

export function addReleaseCommands(stack: Command): void {
  const release = stack.command('release').description('what was deployed: one immutable record per up')
  release
    .command('list')
    .description('every release, newest first, and which is deployed')
    .action(
      async (_options: object, self: Command) => await list(await openEnvironment(self.optsWithGlobals())),
    )
  release
    .command('show <release>')
    .description('its program, bundles, state machines, configuration and commit')
    .action(
      async (id: string, _options: object, self: Command) =>
        await show(await openEnvironment(self.optsWithGlobals()), id),
    )
  withEngine(stack.command('rollback'))
    .description("restores a release's program and configuration, over whatever was changed since")
    .requiredOption('--to <release>', 'one of `regimen stack release list`')
    .option('--preview', 'only say what it would do')
    .option('--yes', 'do not ask')
    .option('--ignore-protect', 'let go of what is protected and the release does not have; it is kept')
    .action(async (_options: object, self: Command) => await rollback(self.optsWithGlobals()))
  withEngine(stack.command('destroy'))
    .description('deletes what the stack holds; data, keys and releases are kept and listed')
    .option('--yes', 'do not ask')
    .option('--ignore-protect', 'let go of data, keys and models, which are protected; they are kept')
    .action(async (_options: object, self: Command) => await destroy(self.optsWithGlobals()))
  withEngine(stack.command('recreate'))
    .description('makes a destroyed environment again as a release had it, adopting what was kept')
    .requiredOption('--to <release>', 'one of `regimen stack release list`')
    .action(async (_options: object, self: Command) => {
      const options: UpdateOptions = self.optsWithGlobals()
      const context = await openEnvironment(options)
      const done = await recreate(environmentOf(context, options.engine), options.to)
      context.out.result({ ...done, ...done.update }, () =>
        said(done.update, `release ${options.to} is deployed`),
      )
    })
}

const withEngine = (command: Command): Command =>
  command.option(
    '--engine <name>',
    'local, or pulumi: the CLI with the backend that it is logged in to (default: by the endpoint)',
    engineName,
  )

const environmentOf = (context: Context, asked: EngineName | undefined) => ({
  ...context,
  engine: chooseEngine(context, asked),
  programDir: programDirectory,
})

async function list(context: Context): Promise<void> {
  const releases = await listReleases(context)
  const shown = releases.map(({ manifest, ...more }) => ({
    release: manifest.release,
    commit: manifest.commit,
    changed: manifest.changed,
    ...more,
  }))
  context.out.result(shown, () =>
    table(
      ['RELEASE', 'LAST DEPLOYED', 'TIMES', 'COMMIT', ''],
      shown.map(({ release, deployments, recordedAt, commit, changed, current }) => [
        release,
        deployments.at(-1) ?? recordedAt,
        deployments.length,
        `${commit?.slice(0, 12) ?? 'none'}${changed ? ' and changes' : ''}`,
        current ? 'current' : '',
      ]),
    ),
  )
}

async function show(context: Context, id: string): Promise<void> {
  const [manifest, history] = await Promise.all([readRelease(context, id), readHistory(context)])
  const deployments = history.filter(({ release }) => release === id).map(({ at }) => at)
  context.out.result({ ...manifest, deployments }, () =>
    [
      `release ${id} of ${manifest.environment}, commit ${manifest.commit ?? 'none'}${manifest.changed ? ' with changes' : ''}`,
      `deployed ${deployments.join(', ') || 'never completely'}`,
      `program ${Object.keys(manifest.program.files).length} files, sha256 ${manifest.program.sha256}`,
      table(
        ['BUNDLE OR STATE MACHINE', 'SHA256'],
        [...Object.entries(manifest.bundles), ...Object.entries(manifest.stateMachines)],
      ),
      table(
        ['SETTING', 'VALUE'],
        Object.entries(manifest.configuration).map(([key, value]) => [key, JSON.stringify(value)]),
      ),
    ].join('\n\n'),
  )
}

async function rollback(options: UpdateOptions): Promise<void> {
  const context = await openEnvironment(options)
  const agree = async (update: Update) => {
    if (options.preview === true) return false
    if (options.yes === true) return true
    context.out.line(said(update, `rolling back to ${options.to}`))
    return await agreed(context.out, 'look at it with --preview, then give --yes')
  }
  const leave = { ignoreProtect: options.ignoreProtect === true }
  const done = await rollBack(environmentOf(context, options.engine), options.to, agree, leave)
  const outcome = done.applied ? `release ${options.to} is deployed` : 'nothing was changed'
  context.out.result({ ...done, ...done.update }, () => said(done.update, outcome))
}

async function destroy(options: UpdateOptions): Promise<void> {
  const context = await openEnvironment(options)
  const engine = chooseEngine(context, options.engine)
  const leave = { ignoreProtect: options.ignoreProtect === true }
  refuseDestroy(await engine.holds(programDirectory), leave)
  context.out.line(
    `everything of ${context.environment} but its data, keys, models and releases will be deleted`,
  )
  if (options.yes !== true && !(await agreed(context.out, 'give --yes'))) return
  const update = await engine.destroy(programDirectory, leave)
  context.out.result(update, () => said(update, 'what is kept can be adopted by `regimen stack recreate`'))
}

/** @throws RegimenError where nobody can be asked. */
async function agreed(out: Output, remedy: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new RegimenError('InvalidRequest', {
      what: 'nobody is there to agree',
      do: remedy,
    })
  out.line('')
  const question = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await question.question('go on? [y/N] ')
  question.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** What changed outside, what changes, what is kept: one line each, and a count of the rest. */
function said({ steps, drift }: Update, outcome: string): string {
  const changing = steps.filter(({ change }) => change !== 'unchanged')
  const name = (urn: string) => urn.split('::').slice(2).join(' ')
  return [
    ...drift.map(({ urn, kind, inputs }) => `${kind} outside: ${name(urn)} ${inputs.join(', ')}`.trimEnd()),
    ...changing.map(({ change, urn }) => `${change.padEnd(9)} ${name(urn)}`),
    `${changing.length} of ${steps.length} resources change; ${outcome}`,
  ].join('\n')
}

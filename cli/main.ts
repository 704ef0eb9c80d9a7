/** The `regimen` command: a thin client of the endpoints that the environment names. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { Output } from './output.ts'

/** By name, in the order of the help; each is loaded with all that it needs, and no other. */
const commands = new Map<string, () => Promise<() => Command>>([
  ['demo', async () => (await import('./commands/demo.ts')).demoCommand],
  ['up', async () => (await import('./commands/local-cloud.ts')).upCommand],
  ['down', async () => (await import('./commands/local-cloud.ts')).downCommand],
  ['status', async () => (await import('./commands/local-cloud.ts')).statusCommand],
  ['generate', async () => (await import('./commands/generate.ts')).generateCommand],
  ['datasets', async () => (await import('./commands/datasets.ts')).datasetsCommand],
  ['train', async () => (await import('./commands/train.ts')).trainCommand],
  ['infer', async () => (await import('./commands/infer.ts')).inferCommand],
  ['predict', async () => (await import('./commands/predict.ts')).predictCommand],
  ['labels', async () => (await import('./commands/labels.ts')).labelsCommand],
  ['executions', async () => (await import('./commands/executions.ts')).executionsCommand],
  ['experiments', async () => (await import('./commands/experiments.ts')).experimentsCommand],
  ['models', async () => (await import('./commands/models.ts')).modelsCommand],
  ['monitor', async () => (await import('./commands/monitor.ts')).monitorCommand],
  ['audit', async () => (await import('./commands/audit.ts')).auditCommand],
  ['profile', async () => (await import('./commands/profile.ts')).profileCommand],
  ['drift', async () => (await import('./commands/drift.ts')).driftCommand],
  ['score', async () => (await import('./commands/score.ts')).scoreCommand],
  ['boost', async () => (await import('./commands/boost.ts')).boostCommand],
  ['simulate', async () => (await import('./commands/simulate.ts')).simulateCommand],
  ['states', async () => (await import('./commands/states.ts')).statesCommand],
  ['stack', async () => (await import('./commands/stack.ts')).stackCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
])

/**
 * @param words of the command line
 * @returns the program with the one command that the words name, or with all where they name none that there is, for
 *   help and for what was meant.
 */
export async function regimenProgram(words: readonly string[] = []): Promise<Command> {
  const program = new Command('regimen')
    .description('the whole life of a machine-learning model, on AWS and on a laptop')
    .option('--json', 'one JSON document on stdout, progress on stderr')
    .option('--stack <environment>', 'talk to this environment on AWS instead of the local cloud')
    .option('--project <id>', 'use case (default: adherence)')
    .option(
      '--as <role>',
      'work in the role of a person: data-scientist, ml-engineer, approver, operator, auditor',
    )
    .option('--dir <directory>', 'state of the local cloud (default: .regimen)')
    .exitOverride()
  const [name = ''] = program.parseOptions([...words]).operands
  const named = commands.get(name)
  const loaded = named === undefined ? [...commands.values()] : [named]
  for (const command of await Promise.all(loaded.map((load) => load())))
    program.addCommand(withGlobals(command()))
  return program
}

/** @returns the exit code: 0 done, 1 failed with an error of the taxonomy, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const program = await regimenProgram(argv.slice(2))
    await program.parseAsync(argv)
    return Number(process.exitCode ?? 0)
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0
      // Commander has told people on stderr; a program that asked for a document gets one.
      const told = { name: 'InvalidRequest', message: error.message.replace(/^error: /, '') }
      if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: told }, null, 2)}\n`)
      return 2
    }
    if (error instanceof InvalidArgumentError) return 2
    return new Output(argv.includes('--json')).error(error)
  }
}

/** Every command takes the global options after its name too, as people type them. */
function withGlobals(command: Command): Command {
  command.exitOverride()
  for (const child of command.commands) withGlobals(child)
  if (command.commands.length === 0) {
    const taken = new Set(command.options.map((option) => option.long))
    const add = (flags: string, description: string) => {
      const long = flags.split(' ')[0]
      if (long !== undefined && !taken.has(long)) command.option(flags, description)
    }
    add('--json', 'one JSON document on stdout, progress on stderr')
    add('--stack <environment>', 'an environment on AWS')
    add('--project <id>', 'use case')
    add('--as <role>', 'the role of a person to work in')
    add('--dir <directory>', 'state of the local cloud')
  }
  return command
}

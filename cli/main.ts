/** The `regimen` command: a thin client of the endpoints that the environment names. */
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { auditCommand } from './commands/audit.ts'
import { boostCommand } from './commands/boost.ts'
import { datasetsCommand } from './commands/datasets.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { driftCommand } from './commands/drift.ts'
import { executionsCommand } from './commands/executions.ts'
import { experimentsCommand } from './commands/experiments.ts'
import { generateCommand } from './commands/generate.ts'
import { inferCommand } from './commands/infer.ts'
import { labelsCommand } from './commands/labels.ts'
import { downCommand, statusCommand, upCommand } from './commands/local-cloud.ts'
import { modelsCommand } from './commands/models.ts'
import { monitorCommand } from './commands/monitor.ts'
import { predictCommand } from './commands/predict.ts'
import { profileCommand } from './commands/profile.ts'
import { scoreCommand } from './commands/score.ts'
import { simulateCommand } from './commands/simulate.ts'
import { stackCommand } from './commands/stack.ts'
import { statesCommand } from './commands/states.ts'
import { trainCommand } from './commands/train.ts'
import { Output } from './output.ts'

const commands = [
  demoCommand,
  upCommand,
  downCommand,
  statusCommand,
  generateCommand,
  datasetsCommand,
  trainCommand,
  inferCommand,
  predictCommand,
  labelsCommand,
  executionsCommand,
  experimentsCommand,
  modelsCommand,
  monitorCommand,
  auditCommand,
  profileCommand,
  driftCommand,
  scoreCommand,
  boostCommand,
  simulateCommand,
  statesCommand,
  stackCommand,
  doctorCommand,
]

export function regimenProgram(): Command {
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
  for (const command of commands) program.addCommand(withGlobals(command()))
  return program
}

/** @returns the exit code: 0 done, 1 failed with an error of the taxonomy, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    await regimenProgram().parseAsync(argv)
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

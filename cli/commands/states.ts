/** `regimen states run|check`: execute or lint any JSONata state machine, no cloud needed. */
import { existsSync, readFileSync } from 'node:fs'
import { Command } from 'commander'
import { RegimenError } from '../../functions/errors.ts'
import { Output, table } from '../output.ts'

export function statesCommand(): Command {
  const command = new Command('states').description('Amazon States Language (JSONata) on the laptop')
  command
    .command('run <definition>')
    .description('execute a definition and print {status, output, error, cause, events}')
    .option('--input <file|json>', 'input of the execution', '{}')
    .option('--mock <file>', 'state name → result, {error, cause}, or a list of those per attempt')
    .action(async (definition: string, options: { input: string; mock?: string }, self: Command) => {
      const out = new Output(self.optsWithGlobals().json === true)
      const { runDefinition } = await import('../../local/states/run-definition.ts')
      const execution = await runDefinition(readJson(definition), {
        input: existsSync(options.input) ? readJson(options.input) : parseJson(options.input, '--input'),
        ...(options.mock === undefined ? {} : { mock: readJson(options.mock) }),
      })
      out.result(execution, () =>
        [
          execution.status,
          ...(execution.error === undefined ? [] : [`${execution.error}: ${execution.cause ?? ''}`]),
          ...(execution.output === undefined ? [] : [JSON.stringify(execution.output, null, 2)]),
          table(
            ['EVENT', 'TYPE'],
            execution.events.map((event) => [event.id, event.type]),
          ),
        ].join('\n'),
      )
      if (execution.status !== 'SUCCEEDED') process.exitCode = 1
    })
  command
    .command('check <definition>')
    .description('find what AWS would refuse or what would fail later')
    .action(async (definition: string, _options: object, self: Command) => {
      const out = new Output(self.optsWithGlobals().json === true)
      // The validator of definitions is half of the start, and a run has no use for it.
      const { checkDefinition } = await import('../../local/states/check-definition.ts')
      const findings = checkDefinition(readJson(definition))
      out.result(findings, () =>
        findings.length === 0
          ? 'nothing found'
          : findings.map(({ path, message }) => `${path}: ${message}`).join('\n'),
      )
      if (findings.length > 0) process.exitCode = 1
    })
  return command
}

function readJson(file: string): unknown {
  if (!existsSync(file)) throw new RegimenError('InvalidRequest', { what: 'no such file', where: file })
  return parseJson(readFileSync(file, 'utf8'), file)
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new RegimenError('InvalidRequest', { what: 'this is not JSON', where, do: 'correct it' }, { cause })
  }
}

/** `regimen stack graph|policy`: what an environment consists of and what is wrong with it, without AWS. */
import { Command } from 'commander'
import { Graph } from '../../infra/policy/graph.ts'
import { judge, type Waived } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { waivers } from '../../infra/waivers.ts'
import type { GlobalOptions } from '../context.ts'
import { Output, table } from '../output.ts'
import { stackGraph } from '../stack-graph.ts'
import { addCostCommand } from './stack-cost.ts'
import { addDeleteProjectCommand } from './stack-delete-project.ts'
import { addReleaseCommands } from './stack-release.ts'

export function stackCommand(): Command {
  const command = new Command('stack').description('the infrastructure of an environment')
  command
    .command('graph')
    .description('every resource that `pulumi up` would register, with its inputs, parent and options')
    .action(async (_options: object, self: Command) => {
      const { json, stack = 'dev' }: GlobalOptions = self.optsWithGlobals()
      const { resources } = await stackGraph(stack)
      const printed = resources.map(({ propertyDependencies: _, ...resource }) => resource)
      new Output(json === true).result({ stack, resources: printed }, () =>
        table(
          ['TYPE', 'NAME', 'OPTIONS'],
          printed.map(({ type, name, options }) => [
            type,
            name,
            [options.protect ? 'protect' : '', options.retainOnDelete ? 'retain' : '']
              .filter(Boolean)
              .join(' '),
          ]),
        ),
      )
    })
  command
    .command('policy')
    .description('what the security rules find in it, and what is waived with which reason')
    .action(async (_options: object, self: Command) => {
      const { json, stack = 'dev' }: GlobalOptions = self.optsWithGlobals()
      const { resources } = await stackGraph(stack)
      const { findings, waived, unused } = judge(new Graph(resources), rules, waivers)
      new Output(json === true).result({ stack, rules: rules.length, findings, waived, unused }, () =>
        [
          ...findings.map(({ rule, name, message }) => `FOUND   ${rule}  ${name}: ${message}`),
          ...summarised(waived),
          `${rules.length} rules over ${resources.length} resources of ${stack}: ${findings.length} findings, ${waived.length} waived`,
        ].join('\n'),
      )
      if (findings.length > 0) process.exitCode = 1
    })
  addCostCommand(command)
  addReleaseCommands(command)
  addDeleteProjectCommand(command)
  return command
}

/** One line per waiver's reason: a waiver often covers every function. */
function summarised(waived: readonly Waived[]): string[] {
  const groups = Map.groupBy(waived, ({ rule, reason, owner }) => `${rule}  ${reason} (${owner})`)
  return [...groups].map(([text, among]) => `waived  ${among.length} x ${text}`)
}

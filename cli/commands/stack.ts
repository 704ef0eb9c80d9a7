/** `regimen stack graph`: what an environment consists of, without AWS and without a local cloud. */
import { Command } from 'commander'
import type { GlobalOptions } from '../context.ts'
import { Output, table } from '../output.ts'
import { stackGraph } from '../stack-graph.ts'

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
  return command
}

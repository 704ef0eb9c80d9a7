/** A process that evaluates one environment and prints its graph: Pulumi's runtime is one per process, and large. */
// Before Pulumi's modules, which take as long to load as esbuild to start.
import '../stacks/bundling.ts'
import { evaluateStack } from './evaluate-stack.ts'

try {
  const evaluated = await evaluateStack(process.argv[2] ?? 'dev')
  process.stdout.write(JSON.stringify(evaluated))
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }))
  process.exitCode = 1
}

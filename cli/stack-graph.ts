/** The resource graph of an environment, evaluated in a process of its own. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'

const resource = z.object({
  type: z.string(),
  name: z.string(),
  urn: z.string(),
  parent: z.string().exactOptional(),
  inputs: z.record(z.string(), z.unknown()),
  options: z.object({
    protect: z.boolean(),
    retainOnDelete: z.boolean(),
    dependsOn: z.array(z.string()),
  }),
  propertyDependencies: z.record(z.string(), z.array(z.string())),
})
const answer = z.union([
  z.object({ error: z.string() }),
  z.object({ resources: z.array(resource), outputs: z.record(z.string(), z.unknown()) }),
])

/** What is started, and how; the environment is its argument. */
export const stackGraphProcess = {
  // Pulumi takes a stack trace of every resource, for errors that are told without; a larger young generation is 100 MB more.
  flags: ['--no-warnings', '--stack-trace-limit=0', '--max-semi-space-size=8'],
  main: fileURLToPath(new URL('./stack-graph.main.ts', import.meta.url)),
}

/** @throws Error with the program's own message. */
export async function stackGraph(stack: string) {
  const { flags, main } = stackGraphProcess
  const child = spawn(process.execPath, [...flags, main, stack], { stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr), exited])
  if (!printed.startsWith('{')) throw new Error(`the program could not be evaluated: ${errors.trim()}`)
  const found = answer.parse(JSON.parse(printed))
  if ('error' in found) throw new Error(found.error)
  return found
}

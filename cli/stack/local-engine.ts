/** The local cloud's deploy as an engine. */
import * as z from 'zod'
import { type DeployOptions, deploy } from '../../local/deploy/deploy.ts'
import type { Engine } from './engine.ts'

const stack = z.object({
  resources: z.array(
    z.object({
      urn: z.string(),
      type: z.string(),
      name: z.string(),
      protect: z.boolean(),
      retainOnDelete: z.boolean(),
    }),
  ),
})

export function localEngine(
  environment: string,
  endpoint: string,
  onProgress: (line: string) => void,
): Engine {
  const run = (programDir: string, more: Partial<DeployOptions>) =>
    deploy({ stack: environment, endpoint, programDir, onProgress, refresh: true, ...more })
  return {
    preview: (programDir, leave) => run(programDir, { ...leave, mode: 'preview' }),
    up: (programDir, options) => run(programDir, { ...options }),
    destroy: (programDir, leave) => run(programDir, { ...leave, mode: 'destroy' }),
    async holds() {
      const response = await fetch(`${endpoint}/_regimen/stacks/${environment}`)
      return stack.parse(await response.json()).resources
    },
  }
}

/** The local cloud's deploy as an engine. */
import { z } from 'zod'
import { type DeployOptions, deploy } from '../../local/deploy/deploy.ts'
import type { Engine } from './engine.ts'

const stack = z.object({ resources: z.array(z.object({ name: z.string() })) })

export function localEngine(
  environment: string,
  endpoint: string,
  onProgress: (line: string) => void,
): Engine {
  const run = (programDir: string, more: Partial<DeployOptions>) =>
    deploy({ stack: environment, endpoint, programDir, onProgress, refresh: true, ...more })
  return {
    preview: (programDir) => run(programDir, { mode: 'preview' }),
    up: (programDir, adopt) => run(programDir, adopt === undefined ? {} : { adopt }),
    destroy: (programDir) => run(programDir, { mode: 'destroy' }),
    async holds() {
      const response = await fetch(`${endpoint}/_regimen/stacks/${environment}`)
      return new Set(stack.parse(await response.json()).resources.map(({ name }) => name))
    },
  }
}

/** Every task of a training and an inference run calls its API with arguments that botocore's model of it accepts. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, inject, test } from 'vitest'
import * as z from 'zod'
import { clientEnvironment } from './client.ts'

const script = fileURLToPath(new URL('./validate_arguments.py', import.meta.url))
const demo = inject('demo')
const checked = z
  .array(
    z.object({
      execution: z.string(),
      state: z.string(),
      service: z.string(),
      operation: z.string(),
      problems: z.array(z.string()),
      spoiled: z.array(z.string()).nullable(),
    }),
  )
  .parse(
    JSON.parse(
      execFileSync(join(inject('programs'), 'python'), [script, demo.training, demo.inference], {
        encoding: 'utf8',
        env: clientEnvironment(demo.endpoint),
      }),
    ),
  )
const flowOf = (execution: string) => (execution.includes('-inference') ? 'inference' : 'training')

describe('arguments', () => {
  test.each(checked.map((task) => [`${flowOf(task.execution)}: ${task.state}`, task] as const))(
    '%s validates',
    (_title, { problems, spoiled }) => {
      expect(problems).toEqual([])
      // The same arguments without a required member are found out.
      if (spoiled !== null) expect(spoiled.join()).toMatch(/Missing required parameter/)
    },
  )

  test('both runs were looked at, down to their Maps', () => {
    const states = new Set(checked.map(({ execution, state }) => `${flowOf(execution)}: ${state}`))
    for (const state of ['training: Train', 'training: ProfilePart', 'training: RegisterModel'])
      expect(states).toContain(state)
    for (const state of ['inference: ScorePart', 'inference: DetectDrift']) expect(states).toContain(state)
    expect(checked.map(({ operation }) => operation)).toContain('CreateTrainingJob')
  })
})

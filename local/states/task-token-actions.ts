/** Step Functions API: answers to tasks that wait for a token. */
import * as z from 'zod'
import { acceptInput } from '../accept-input.ts'
import { type Action, AwsError } from '../service.ts'
import type { StatesBackend } from './service.ts'
import type { Delivery } from './task-tokens.ts'

const taskToken = z.string().min(1).max(2048)
const success = z.object({ taskToken, output: z.string().max(262_144) })
const failure = z.object({
  taskToken,
  error: z.string().max(256).default(''),
  cause: z.string().max(32_768).default(''),
})

function answer(delivery: Delivery): Record<string, never> {
  if (delivery === 'unknown') throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'")
  if (delivery === 'gone') {
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'")
  }
  return {}
}

export function taskTokenActions(backend: StatesBackend): Record<string, Action> {
  return {
    async SendTaskSuccess(input, { cloud }) {
      const wanted = acceptInput(success, input)
      try {
        JSON.parse(wanted.output)
      } catch (error) {
        throw new AwsError(
          'InvalidOutput',
          `Invalid Output: '${error instanceof Error ? error.message : error}'`,
        )
      }
      const { engine } = await backend.running(cloud)
      return answer(await engine.tokens.settle(wanted.taskToken, { output: wanted.output }))
    },
    async SendTaskFailure(input, { cloud }) {
      const { taskToken: token, error, cause } = acceptInput(failure, input)
      const { engine } = await backend.running(cloud)
      return answer(await engine.tokens.settle(token, { error, cause }))
    },
    async SendTaskHeartbeat(input, { cloud }) {
      const { taskToken: token } = acceptInput(z.object({ taskToken }), input)
      const { engine } = await backend.running(cloud)
      return answer(engine.tokens.heartbeat(token))
    },
  }
}

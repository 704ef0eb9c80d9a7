import { expect, test } from 'vitest'
import { Bell } from '../../../local/states/clock.ts'
import { executionArn, jsonata, openEngine, startOf } from './fake-engine.ts'

test('a .sync task ends when the job that it waits for changes, not at the next poll', async () => {
  let status = 'InProgress'
  const looked: (() => void)[] = []
  const { engine } = await openEngine(
    {
      'sagemaker:CreateTrainingJob': () => ({}),
      'sagemaker:DescribeTrainingJob': () => {
        const answer = { TrainingJobName: 'j', TrainingJobStatus: status }
        looked.shift()?.()
        return answer
      },
    },
    // Longer than the test may take: only the nudge can end it.
    { pollMilliseconds: 1_000_000 },
  )
  const firstLook = new Promise<void>((resolve) => looked.push(resolve))
  await engine.start(
    startOf(
      jsonata({
        Train: {
          Type: 'Task',
          Resource: 'arn:aws:states:::sagemaker:createTrainingJob.sync',
          Arguments: { TrainingJobName: 'j' },
          Output: '{% $states.result.TrainingJobStatus %}',
          End: true,
        },
      }),
    ),
  )
  await firstLook
  // The change comes between the answer to the look and the wait that follows it.
  status = 'Completed'
  engine.nudge()
  expect((await engine.ended(executionArn('one')))?.output).toBe('Completed')
})

test('a bell that rang since the count does not let anyone wait', async () => {
  const bell = new Bell()
  const { signal } = new AbortController()
  const seen = bell.rung
  bell.ring()
  await bell.wait(1_000_000, signal, seen)
  expect(bell.rung).toBe(seen + 1)
})

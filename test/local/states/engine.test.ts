import { expect, test } from 'vitest'
import {
  eventsOf,
  executionArn,
  jsonata,
  lambda,
  lambdaAnswer,
  openEngine,
  runOn,
  startOf,
} from './fake-engine.ts'

test('runs a task, records every transition, and serves the finished execution after a restart', async () => {
  const { engine, directory } = await openEngine({ 'lambda:Invoke': lambdaAnswer((p) => ({ got: p })) })
  const result = await runOn(engine, jsonata({ Work: lambda() }), { a: 1 })
  expect(result).toMatchObject({ status: 'SUCCEEDED', output: { got: { a: 1 } } })
  expect(result.events.map((event) => event.type)).toEqual([
    'ExecutionStarted',
    'TaskStateEntered',
    'TaskScheduled',
    'TaskStarted',
    'TaskSucceeded',
    'TaskStateExited',
    'ExecutionSucceeded',
  ])
  expect(result.events.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 6, 7])
  await engine.close()
  const later = await openEngine({}, { directory })
  expect(later.engine.get(executionArn('one'))).toMatchObject({ status: 'SUCCEEDED' })
  expect((await later.engine.ends(executionArn('one')))?.end?.output).toEqual({ got: { a: 1 } })
  expect((await eventsOf(later.engine)).length).toBe(7)
})

// How fast they are is measured by `npm run bench -- engine`.
test('a loop of 1,000 transitions ends with its count', async () => {
  const { engine } = await openEngine({})
  const machine = jsonata({
    Count: { Type: 'Pass', Output: '{% {"n": $states.input.n + 1} %}', Next: 'More' },
    More: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.n < 500 %}', Next: 'Count' }],
      Default: 'Done',
    },
    Done: { Type: 'Succeed' },
  })
  expect((await runOn(engine, machine, { n: 0 })).output).toEqual({ n: 500 })
})

test('goes on after a shutdown: the finished task is not run again, the one under way is', async () => {
  const done: unknown[] = []
  const hang = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const first = await openEngine({
    'lambda:Invoke': lambdaAnswer(async (p) => {
      done.push(p)
      if (done.length === 2) {
        reached.resolve()
        await hang.promise
      }
      return `${p}!`
    }),
  })
  const machine = jsonata({ A: { ...lambda(), End: undefined, Next: 'B' }, B: lambda() })
  await first.engine.start(startOf(machine, 'x'))
  await reached.promise
  await first.engine.close()
  hang.resolve()
  const second = await openEngine(
    { 'lambda:Invoke': lambdaAnswer((p) => `${p}?`) },
    { directory: first.directory },
  )
  await second.engine.resume()
  expect(await second.engine.ended(executionArn('one'))).toMatchObject({ status: 'SUCCEEDED', output: 'x!?' })
  expect(second.calls.length).toBe(1)
  const events = await eventsOf(second.engine)
  expect(events.map((event) => event.id)).toEqual(events.map((_, i) => i + 1))
  expect(events.filter((event) => event.type === 'TaskStateEntered').length).toBe(2)
})

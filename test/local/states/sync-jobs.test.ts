/** Every kind of SageMaker job that a state can wait for: success, failure, an outside stop, an abort, a timeout. */
import { describe, expect, test } from 'vitest'
import { AwsError } from '../../../local/service.ts'
import { executionArn, jsonata, openEngine, runOn, startOf } from './fake-engine.ts'

const task = (kind: string, extra: object = {}) => ({
  Type: 'Task',
  Resource: `arn:aws:states:::sagemaker:create${kind}Job.sync`,
  Arguments: { [`${kind}JobName`]: 'j1', Tags: [{ Key: 'team', Value: 'a' }] },
  End: true,
  ...extra,
})

describe.each(['Training', 'Transform', 'HyperParameterTuning'])('create%sJob.sync', (kind) => {
  const create = `sagemaker:Create${kind}Job`
  const look = `sagemaker:Describe${kind}Job`
  const name = `${kind}JobName`
  const status = (value: string) => ({ [name]: 'j1', [`${kind}JobStatus`]: value })

  test('waits until the job is complete, and hands its description on', async () => {
    let looks = 0
    const { engine, calls } = await openEngine({
      [create]: () => ({ [`${kind}JobArn`]: 'arn:job' }),
      [look]: () => status(++looks < 3 ? 'InProgress' : 'Completed'),
    })
    const result = await runOn(engine, jsonata({ J: task(kind) }))
    expect(result).toMatchObject({ status: 'SUCCEEDED', output: status('Completed') })
    expect(calls.map(({ action }) => action)).toEqual([create, look, look, look])
    expect(calls[1]?.input).toEqual({ [name]: 'j1' })
    expect(result.events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
  })

  test('marks the job as its own, beside the tags that it was given', async () => {
    const { engine, calls } = await openEngine({ [create]: () => ({}), [look]: () => status('Completed') })
    await runOn(engine, jsonata({ J: task(kind) }))
    expect(calls[0]?.input.Tags).toEqual([
      { Key: 'team', Value: 'a' },
      { Key: 'MANAGED_BY_AWS', Value: 'STARTED_BY_STEP_FUNCTIONS' },
    ])
  })

  test.each(['Failed', 'Stopped'])('fails with the description of a job that ended as %s', async (end) => {
    const description = { ...status(end), FailureReason: 'ClientError: no' }
    const { engine } = await openEngine({ [create]: () => ({}), [look]: () => description })
    const caught = {
      J: task(kind, {
        Catch: [
          {
            ErrorEquals: ['States.TaskFailed'],
            Output: '{% $parse($states.errorOutput.Cause) %}',
            Next: 'D',
          },
        ],
      }),
      D: { Type: 'Succeed' },
    }
    expect(await runOn(engine, jsonata(caught))).toMatchObject({ status: 'SUCCEEDED', output: description })
    expect(await runOn(engine, jsonata({ J: task(kind) }), {}, 'two')).toMatchObject({
      status: 'FAILED',
      error: 'States.TaskFailed',
      cause: JSON.stringify(description),
    })
  })

  test('stops the job when its time is over', async () => {
    const stopped = Promise.withResolvers<unknown>()
    const { engine } = await openEngine({
      [create]: () => ({}),
      [look]: () => status('InProgress'),
      [`sagemaker:Stop${kind}Job`]: (input) => {
        stopped.resolve(input)
        return {}
      },
    })
    const result = await runOn(engine, jsonata({ J: task(kind, { TimeoutSeconds: 1 }) }))
    expect(result).toMatchObject({ status: 'FAILED', error: 'States.Timeout' })
    expect(await stopped.promise).toEqual({ [name]: 'j1' })
  })

  test('stops the job when the execution is stopped', async () => {
    const stopped = Promise.withResolvers<unknown>()
    const seen = Promise.withResolvers<void>()
    const { engine } = await openEngine({
      [create]: () => ({}),
      [look]: () => {
        seen.resolve()
        return status('InProgress')
      },
      [`sagemaker:Stop${kind}Job`]: (input) => {
        stopped.resolve(input)
        return {}
      },
    })
    await engine.start(startOf(jsonata({ J: task(kind) })))
    await seen.promise
    await engine.stop(executionArn('one'), 'Enough', 'of this')
    expect((await engine.ends(executionArn('one')))?.end).toMatchObject({
      status: 'ABORTED',
      error: 'Enough',
    })
    expect(await stopped.promise).toEqual({ [name]: 'j1' })
  })

  test('fails with the name that AWS gives a refused job', async () => {
    const refuse = (code: string) => () => {
      throw new AwsError(code, 'no')
    }
    const used = await openEngine({ [create]: refuse('ResourceInUse') })
    expect((await runOn(used.engine, jsonata({ J: task(kind) }))).error).toBe(
      'SageMaker.ResourceInUseException',
    )
    const invalid = await openEngine({ [create]: refuse('ValidationException') })
    const result = await runOn(invalid.engine, jsonata({ J: task(kind) }))
    expect(result.error).toBe('SageMaker.AmazonSageMakerException')
    expect(result.events.map(({ type }) => type)).toContain('TaskFailed')
  })
})

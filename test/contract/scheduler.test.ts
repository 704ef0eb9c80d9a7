/** EventBridge Scheduler: schedules, over its REST protocol. */
import { expect } from 'vitest'
import * as z from 'zod'
import { contract, type Server, unique } from './contract.ts'

const documented = (action: string) =>
  `https://docs.aws.amazon.com/scheduler/latest/APIReference/API_${action}.html`
const target = {
  Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
  RoleArn: 'arn:aws:iam::000000000000:role/schedule',
}
const answers = z.looseObject({
  ScheduleArn: z.string().optional(),
  Schedules: z.array(z.looseObject({ Name: z.string() })).optional(),
})

async function open({ endpoint, client }: Server) {
  const { accessKeyId } = client.credentials
  const prefix = unique('s')
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${endpoint}/schedules${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/us-east-1/scheduler/aws4_request, SignedHeaders=host, Signature=0`,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const error = response.headers.get('x-amzn-errortype') ?? undefined
    const answer = answers.parse(text === '' ? {} : JSON.parse(text))
    return { status: response.status, error, answer }
  }
  const daily = {
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Zurich',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: target,
  }
  return {
    prefix,
    send,
    daily,
    create: (name: string, more = {}) => send('POST', `/${name}`, { ...daily, ...more }),
  }
}

contract('EventBridge Scheduler', open, (agree) => {
  agree('makes a schedule and describes it', async ({ create, send, daily, prefix }) => {
    const name = `${prefix}-made`
    const made = await create(name, { Description: 'nightly' })
    expect(made.status).toBe(200)
    const arn = `arn:aws:scheduler:us-east-1:000000000000:schedule/default/${name}`
    expect(made.answer).toMatchObject({ ScheduleArn: arn })
    const { answer } = await send('GET', `/${name}`)
    expect(answer).toMatchObject({
      Name: name,
      Arn: arn,
      GroupName: 'default',
      State: 'ENABLED',
      Description: 'nightly',
      ScheduleExpression: daily.ScheduleExpression,
      ScheduleExpressionTimezone: daily.ScheduleExpressionTimezone,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: target,
    })
    for (const time of ['CreationDate', 'LastModificationDate']) expect(typeof answer[time]).toBe('number')
  })

  agree(
    'makes no schedule twice',
    { moto: 'answers a conflict with status 400', documented: documented('CreateSchedule') },
    async ({ create, prefix }) => {
      await create(`${prefix}-twice`)
      expect(await create(`${prefix}-twice`)).toMatchObject({ status: 409, error: 'ConflictException' })
    },
  )

  agree('changes a schedule', async ({ create, send, daily, prefix }) => {
    const name = `${prefix}-changed`
    await create(name)
    const changed = { ...daily, ScheduleExpression: 'rate(5 minutes)', State: 'DISABLED' }
    expect((await send('PUT', `/${name}`, changed)).status).toBe(200)
    expect((await send('GET', `/${name}`)).answer).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'DISABLED',
    })
  })

  agree('lists schedules', async ({ create, send, prefix }) => {
    for (const name of ['b', 'a']) await create(`${prefix}-listed-${name}`)
    const { answer } = await send('GET', '')
    const names = answer.Schedules?.map(({ Name }) => Name) ?? []
    expect(names).toEqual(expect.arrayContaining([`${prefix}-listed-a`, `${prefix}-listed-b`]))
  })

  agree('lists by the beginning of the name and by state', async ({ create, send, prefix }) => {
    await create(`${prefix}-on`)
    await create(`${prefix}-off`, { State: 'DISABLED' })
    const listed = async (query: string) =>
      (await send('GET', `?NamePrefix=${prefix}-o${query}`)).answer.Schedules?.map(({ Name }) => Name)
    expect(await listed('')).toEqual([`${prefix}-off`, `${prefix}-on`])
    expect(await listed('&State=DISABLED')).toEqual([`${prefix}-off`])
  })

  agree('deletes a schedule, and does not find it any more', async ({ create, send, prefix }) => {
    const name = `${prefix}-deleted`
    await create(name)
    expect((await send('DELETE', `/${name}`)).status).toBe(200)
    for (const method of ['GET', 'DELETE'])
      expect(await send(method, `/${name}`)).toMatchObject({
        status: 404,
        error: 'ResourceNotFoundException',
      })
  })

  agree(
    'refuses an expression that it cannot read',
    { moto: 'takes any expression', documented: documented('CreateSchedule') },
    async ({ create, prefix }) => {
      const refused = { status: 400, error: 'ValidationException' }
      expect(await create(`${prefix}-odd`, { ScheduleExpression: 'sometimes' })).toMatchObject(refused)
    },
  )
})

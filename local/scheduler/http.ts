/** EventBridge Scheduler's REST protocol. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { encodeOutput, parseJsonObject } from '../gateway/json.ts'
import { asAwsError, readBody } from '../gateway/server.ts'
import type { Call, Json } from '../service.ts'

const actions: Readonly<Record<string, string>> = {
  'GET one': 'GetSchedule',
  'POST one': 'CreateSchedule',
  'PUT one': 'UpdateSchedule',
  'DELETE one': 'DeleteSchedule',
  'GET all': 'ListSchedules',
}

export async function answerScheduler(
  request: IncomingMessage,
  response: ServerResponse,
  call: Call,
): Promise<boolean> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const match = /^\/schedules(?:\/([^/]+))?\/?$/.exec(url.pathname)
  const name = match?.[1]
  const action =
    match === null ? undefined : actions[`${request.method} ${name === undefined ? 'all' : 'one'}`]
  if (action === undefined) return false
  try {
    const body = (await readBody(request)).toString('utf8')
    const output = await call.cloud.call(
      'scheduler',
      action,
      {
        ...(body === '' ? {} : parseJsonObject(body)),
        ...fromQuery(url),
        ...(name === undefined ? {} : { Name: decodeURIComponent(name) }),
      },
      call.principal,
    )
    response.writeHead(200, { 'content-type': 'application/json' }).end(encodeOutput(output))
  } catch (error) {
    const known = asAwsError(error, `scheduler.${action}`, call.cloud.log)
    response
      .writeHead(known.status, { 'content-type': 'application/json', 'x-amzn-errortype': known.code })
      .end(JSON.stringify({ Message: known.message, ...known.fields }))
  }
  return true
}

const queryNames: Readonly<Record<string, string>> = {
  groupName: 'GroupName',
  ScheduleGroup: 'GroupName',
  NamePrefix: 'NamePrefix',
  State: 'State',
  NextToken: 'NextToken',
  MaxResults: 'MaxResults',
}

const fromQuery = ({ searchParams }: URL): Json =>
  Object.fromEntries(
    [...searchParams].flatMap(([key, value]) => {
      const name = queryNames[key]
      return name === undefined ? [] : [[name, name === 'MaxResults' ? Number(value) : value]]
    }),
  )

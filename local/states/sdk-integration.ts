/** Calls of AWS API actions: `aws-sdk:<service>:<action>` and the optimised ones that answer at once. */
import { StateFailure } from './failure.ts'
import type { TaskCall } from './integrations.ts'
import { sdkServices } from './sdk-actions.ts'
import { callService } from './service-error.ts'
import { capitalised, jsonOutput, uncapitalised } from './service-json.ts'

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const parametersOf = (call: TaskCall) => (isObject(call.parameters) ? call.parameters : {})
const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

export async function callSdk(call: TaskCall): Promise<unknown> {
  const name = call.resource.resourceType.slice('aws-sdk:'.length)
  return request(
    call,
    sdkServices[name]?.signed ?? name,
    upperFirst(call.resource.action),
    parametersOf(call),
    'iso',
  )
}

/** Calls, and gives the answer in the spelling of Step Functions. */
export async function request(
  call: TaskCall,
  service: string,
  action: string,
  parameters: Record<string, unknown>,
  dates: 'iso' | 'milliseconds',
): Promise<Record<string, unknown>> {
  // The Step Functions API alone spells its members in lower camel case.
  const lower = service === 'states'
  const input = lower ? uncapitalised(parameters) : parameters
  const answer = jsonOutput(await callService(call, service, action, isObject(input) ? input : {}), dates)
  const output = lower ? capitalised(answer) : answer
  return isObject(output) ? output : {}
}

interface Optimised {
  readonly perform: (call: TaskCall) => Promise<unknown>
  /** `.waitForTaskToken` exists for it. */
  readonly callback: boolean
}

const plain = (service: string, callback = false): Optimised => ({
  perform: (call) =>
    request(call, service, upperFirst(call.resource.action), parametersOf(call), 'milliseconds'),
  callback,
})

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

async function startExecution(call: TaskCall): Promise<unknown> {
  const { Input, ...rest } = parametersOf(call)
  return request(
    call,
    'states',
    'StartExecution',
    { ...rest, ...(Input === undefined ? {} : { Input: text(Input) }) },
    'milliseconds',
  )
}

async function publish(call: TaskCall): Promise<unknown> {
  const { Message, ...rest } = parametersOf(call)
  return request(call, 'sns', 'Publish', { ...rest, Message: text(Message) }, 'milliseconds')
}

/** Details may be JSON; the execution and its state machine stand among the resources; a refused entry fails the task. */
async function putEvents(call: TaskCall): Promise<unknown> {
  const { execution } = call.visit.run
  const entries = parametersOf(call).Entries
  const answer = await request(
    call,
    'events',
    'PutEvents',
    {
      ...parametersOf(call),
      Entries: (Array.isArray(entries) ? entries : []).map((entry: Record<string, unknown>) => ({
        ...entry,
        Detail: text(entry.Detail ?? {}),
        Resources: [
          ...(Array.isArray(entry.Resources) ? entry.Resources : []),
          execution.arn,
          execution.machineArn,
        ],
      })),
    },
    'milliseconds',
  )
  if (Number(answer.FailedEntryCount ?? 0) > 0) {
    throw new StateFailure('EventBridge.FailedEntry', JSON.stringify(answer))
  }
  return answer
}

/** `service:action` of every optimised integration that answers at once. */
export const optimised: Readonly<Record<string, Optimised>> = {
  'sagemaker:createTrainingJob': plain('sagemaker'),
  'sagemaker:createTransformJob': plain('sagemaker'),
  'sagemaker:createHyperParameterTuningJob': plain('sagemaker'),
  'sagemaker:createProcessingJob': plain('sagemaker'),
  'sagemaker:createModel': plain('sagemaker'),
  'sagemaker:createEndpointConfig': plain('sagemaker'),
  'sagemaker:createEndpoint': plain('sagemaker'),
  'sagemaker:updateEndpoint': plain('sagemaker'),
  'sagemaker:createLabelingJob': plain('sagemaker'),
  'dynamodb:getItem': plain('dynamodb'),
  'dynamodb:putItem': plain('dynamodb'),
  'dynamodb:updateItem': plain('dynamodb'),
  'dynamodb:deleteItem': plain('dynamodb'),
  'states:startExecution': { perform: startExecution, callback: true },
  'events:putEvents': { perform: putEvents, callback: true },
  'sns:publish': { perform: publish, callback: true },
  'lambda:invoke': {
    perform: () => Promise.reject(new TypeError('lambda has its own door')),
    callback: true,
  },
}

/** What Step Functions asks of a state machine's role before it takes it: that it may assume it, and manage its rules. */
import { AwsError, type Cloud } from '../service.ts'
import { type Flow, parseDefinition } from './definition.ts'
import { innerFlows } from './lint-flow.ts'
import { parseResource } from './resource.ts'

/** `service:action` of a `.sync` task to the EventBridge rule by which Step Functions hears of the end. */
const managedRules: Readonly<Record<string, string>> = {
  'sagemaker:createTrainingJob': 'SageMakerTrainingJobsRule',
  'sagemaker:createTransformJob': 'SageMakerTransformJobsRule',
  'sagemaker:createHyperParameterTuningJob': 'SageMakerTuningJobsRule',
  'sagemaker:createProcessingJob': 'SageMakerProcessingJobsRule',
  'states:startExecution': 'StepFunctionsExecutionRule',
}

/** @throws AwsError AccessDeniedException in AWS's words */
export function refuseUnassumable(cloud: Cloud, roleArn: string, machineArn: string): void {
  if (cloud.access?.trusts(roleArn, 'states.amazonaws.com', machineArn) !== false) return
  throw new AwsError(
    'AccessDeniedException',
    'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
  )
}

/** @throws AwsError AccessDeniedException when a job is waited for and the role may not manage the rule for it */
export function refuseUnmanaged(cloud: Cloud, roleArn: string, definition: string): void {
  for (const rule of rulesOf(parseDefinition(definition))) {
    const arn = cloud.arn('events', `rule/StepFunctionsGetEventsFor${rule}`)
    const missing = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'].some(
      (action) => cloud.access?.allows(roleArn, action, arn) === false,
    )
    if (missing) {
      throw new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`)
    }
  }
}

function rulesOf(flow: Flow): Set<string> {
  const found = new Set<string>()
  for (const state of Object.values(flow.States)) {
    const resource = state.Type === 'Task' ? parseResource(state.Resource) : undefined
    const rule = managedRules[`${resource?.resourceType}:${resource?.action}`]
    if (rule !== undefined && resource?.pattern.startsWith('sync')) found.add(rule)
    for (const [inner] of innerFlows(state)) for (const one of rulesOf(inner)) found.add(one)
  }
  return found
}

/** What the AWS provider's functions answer on the laptop. */
import type { Json } from '../service.ts'

export interface Place {
  readonly accountId: string
  readonly region: string
  readonly partition: string
}

type Answer = (inputs: Json, place: Place) => Json

/** The training image is the stand-in's own, so that its metrics are never taken for those of SageMaker's. */
const standIns: Readonly<Record<string, string>> = { 'sagemaker-xgboost': 'regimen-xgboost' }

const answers: Readonly<Record<string, Answer>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': (_, { accountId, partition }) => ({
    id: accountId,
    accountId,
    arn: `arn:${partition}:iam::${accountId}:root`,
    userId: accountId,
  }),
  'aws:index/getRegion:getRegion': (_, { region }) => ({
    id: region,
    region,
    name: region,
    description: region,
  }),
  'aws:index/getPartition:getPartition': (_, { partition }) => ({
    id: partition,
    partition,
    dnsSuffix: 'amazonaws.com',
    reverseDnsPrefix: 'com.amazonaws',
  }),
  'aws:index/getAvailabilityZones:getAvailabilityZones': (_, { region }) => ({
    id: region,
    names: ['a', 'b'].map((zone) => `${region}${zone}`),
  }),
  'aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage': (inputs, { region, accountId }) => {
    const registryId = String(inputs.registryId ?? accountId)
    const asked = String(inputs.repositoryName)
    const dnsSuffix = 'amazonaws.com'
    const path = `${registryId}.dkr.ecr.${region}.${dnsSuffix}/${standIns[asked] ?? asked}:${String(inputs.imageTag ?? 'latest')}`
    return { id: registryId, registryId, registryPath: path, dnsSuffix, region }
  },
  'aws:iam/getPolicyDocument:getPolicyDocument': (inputs) => {
    const json = JSON.stringify(policyDocument(inputs))
    return { id: 'document', json, minifiedJson: json }
  },
}

/** @throws Error for a function that is not known. */
export function answerInvoke(token: string, inputs: Json, place: Place): Json {
  const answer = answers[token]
  if (answer === undefined)
    throw new Error(`unknown function: ${token}; expected one of ${Object.keys(answers).join(', ')}`)
  return { ...inputs, ...answer(inputs, place) }
}

function policyDocument(inputs: Json) {
  const statements = Array.isArray(inputs.statements) ? inputs.statements : []
  return {
    Version: '2012-10-17',
    Statement: statements.map((statement: Json) => ({
      ...(statement.sid === undefined ? {} : { Sid: statement.sid }),
      Effect: statement.effect ?? 'Allow',
      ...(statement.actions === undefined ? {} : { Action: statement.actions }),
      ...(statement.notActions === undefined ? {} : { NotAction: statement.notActions }),
      ...(statement.resources === undefined ? {} : { Resource: statement.resources }),
      ...(Array.isArray(statement.principals) ? { Principal: principals(statement.principals) } : {}),
      ...(Array.isArray(statement.conditions) ? { Condition: conditions(statement.conditions) } : {}),
    })),
  }
}

const principals = (list: { type: string; identifiers: string[] }[]) =>
  Object.fromEntries(list.map(({ type, identifiers }) => [type, identifiers]))

function conditions(list: { test: string; variable: string; values: string[] }[]) {
  const result: Record<string, Record<string, string[]>> = {}
  for (const { test, variable, values } of list) result[test] = { ...result[test], [variable]: values }
  return result
}

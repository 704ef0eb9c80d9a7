/** What every function must be: of a supported runtime, private, encrypted, traced, logged, with a way out for failures. */
import { at, type Graph, type GraphResource, isText, list } from './graph.ts'
import { type Rule, unless } from './rule.ts'

const types = ['aws:lambda/function:Function']
const runtimes = ['nodejs22.x', 'nodejs24.x', 'python3.12', 'python3.13', 'python3.14', 'provided.al2023']

/** Keys and tokens by how they look; a name that ends in ARN or PREFIX is no secret whatever it is called. */
const secret = /AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[abp]-|gh[pousr]_[A-Za-z0-9]{20,}/
const secretName = /(PASSWORD|SECRET|TOKEN|API_?KEY)$/i

function environmentOf({ inputs }: GraphResource): readonly (readonly [string, unknown])[] {
  const variables = at(inputs, 'environment', 'variables')
  return typeof variables === 'object' && variables !== null ? Object.entries(variables) : []
}

const names = (arn: unknown, { inputs }: GraphResource) =>
  isText(arn) && new RegExp(`:function:${String(inputs.name)}(:|$)`).test(arn)

/** A rule, a schedule or a bucket calls it, and nobody waits for the answer. */
function isCalledByEvents(resource: GraphResource, graph: Graph): boolean {
  return (
    graph.of('aws:cloudwatch/eventTarget:EventTarget').some(({ inputs }) => names(inputs.arn, resource)) ||
    graph
      .of('aws:scheduler/schedule:Schedule')
      .some(({ inputs }) => names(at(inputs, 'target', 'arn'), resource)) ||
    graph
      .of('aws:lambda/permission:Permission')
      .some(
        ({ inputs }) =>
          inputs.function === resource.inputs.name &&
          /^(events|s3|sns|scheduler)\.amazonaws\.com$/.test(String(inputs.principal)),
      )
  )
}

export const functionRules: readonly Rule[] = [
  {
    id: 'function-runtime',
    title: 'A function runs on a runtime that AWS supports',
    refs: ['Lambda.2', 'CKV_AWS_363'],
    types,
    check: ({ inputs }) =>
      unless(
        runtimes.includes(String(inputs.runtime)),
        `runtime ${String(inputs.runtime)} is not among ${runtimes.join(', ')}`,
      ),
  },
  {
    id: 'function-not-public',
    title: 'A function is called by one named source',
    refs: ['Lambda.1', 'CKV_AWS_301', 'CKV_AWS_258'],
    types: ['aws:lambda/permission:Permission', 'aws:lambda/functionUrl:FunctionUrl'],
    check: ({ type, inputs }) =>
      type === 'aws:lambda/functionUrl:FunctionUrl'
        ? unless(inputs.authorizationType === 'AWS_IAM', 'the URL takes calls without authorisation')
        : [
            ...unless(inputs.principal !== '*' && isText(inputs.principal), 'any principal may call'),
            ...unless(inputs.sourceArn !== undefined, 'no sourceArn names who may call'),
            ...unless(
              inputs.principal !== 's3.amazonaws.com' || inputs.sourceAccount !== undefined,
              'a bucket of any account may call: no sourceAccount',
            ),
          ],
  },
  {
    id: 'function-environment-encrypted',
    title: "A function's environment is encrypted under a customer managed key and holds no secret",
    refs: ['CKV_AWS_173', 'CKV_AWS_45'],
    types,
    check: (resource) => {
      const variables = environmentOf(resource)
      return [
        ...unless(variables.length === 0 || resource.inputs.kmsKeyArn !== undefined, 'no kmsKeyArn'),
        ...variables.flatMap(([name, value]) =>
          unless(
            !secretName.test(name) && !secret.test(String(value)),
            `variable ${name} looks like a secret`,
          ),
        ),
      ]
    },
  },
  {
    id: 'function-traced',
    title: 'A function is traced',
    refs: ['Lambda.7', 'CKV_AWS_50'],
    types,
    check: ({ inputs }) =>
      unless(at(inputs, 'tracingConfig', 'mode') === 'Active', 'tracingConfig.mode is not Active'),
  },
  {
    id: 'function-concurrency',
    title: 'A function has a concurrency of its own',
    refs: ['CKV_AWS_115'],
    types,
    check: ({ inputs }) =>
      unless(inputs.reservedConcurrentExecutions !== undefined, 'no reservedConcurrentExecutions'),
  },
  {
    id: 'function-dead-letters',
    title: 'A function that events call has somewhere for those that fail',
    refs: ['CKV_AWS_116'],
    types,
    check: (resource, graph) => {
      const destination = graph
        .referring(
          'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
          'functionName',
          resource,
          resource.inputs.name,
        )
        .some(({ inputs }) => at(inputs, 'destinationConfig', 'onFailure') !== undefined)
      return unless(
        !isCalledByEvents(resource, graph) || destination || resource.inputs.deadLetterConfig !== undefined,
        'neither deadLetterConfig nor a destination on failure',
      )
    },
  },
  {
    id: 'function-in-network',
    title: 'A function runs in private subnets of two zones',
    refs: ['Lambda.3', 'Lambda.5', 'CKV_AWS_117'],
    types,
    check: ({ inputs }) =>
      unless(
        list(at(inputs, 'vpcConfig', 'subnetIds')).length >= 2 &&
          list(at(inputs, 'vpcConfig', 'securityGroupIds')).length >= 1,
        'vpcConfig names no two subnets with a security group',
      ),
  },
  {
    id: 'function-code-signed',
    title: "A function's code is signed",
    refs: ['CKV_AWS_272'],
    types,
    check: ({ inputs }) => unless(inputs.codeSigningConfigArn !== undefined, 'no codeSigningConfigArn'),
  },
  {
    id: 'function-own-logs',
    title: 'A function logs into a group that the stack declares',
    refs: ['regimen'],
    types,
    check: ({ inputs }, graph) => {
      const wanted = at(inputs, 'loggingConfig', 'logGroup') ?? `/aws/lambda/${String(inputs.name)}`
      const declared = graph
        .of('aws:cloudwatch/logGroup:LogGroup')
        .some((group) => group.inputs.name === wanted)
      return unless(declared, `no log group ${String(wanted)} in the stack`)
    },
  },
]

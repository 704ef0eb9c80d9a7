import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Graph } from '../../infra/policy/graph.ts'
import { judge } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { waivers } from '../../infra/waivers.ts'
import { evaluate, noCode, repository } from '../stacks/record-program.ts'

const role = (environment: string, account: string) =>
  `arn:aws:iam::${account}:role/regimen-${environment}-deployer`
const chain = [
  { environment: 'dev', deployerRole: role('dev', '111111111111') },
  { environment: 'staging', deployerRole: role('staging', '222222222222') },
  { environment: 'prod', deployerRole: role('prod', '123456789012') },
]
const delivery = {
  'regimen:delivery': 'codepipeline',
  'regimen:deliveryRepository': 'example/regimen',
  'regimen:deliveryConnection': 'arn:aws:codeconnections:eu-central-1:123456789012:connection/c',
  'regimen:deliveryBackend': 's3://state?awskms=alias/state',
  'regimen:deliveryChain': JSON.stringify(chain),
}
const program = await evaluate('prod', delivery, noCode)
interface Action {
  name: string
  category: string
  configuration: Record<string, string>
}
const { inputs } = program.one('aws:codepipeline/pipeline:Pipeline', 'regimen-delivery-pipeline')
const stages = inputs.stages as { name: string; actions: Action[] }[]

test('checks, then each environment by preview and up, and a person before the last', () => {
  expect(stages.map(({ name, actions }) => [name, ...actions.map(({ category }) => category)])).toEqual([
    ['Source', 'Source'],
    ['Check', 'Build'],
    ['Preview-dev', 'Build'],
    ['Deploy-dev', 'Build'],
    ['Preview-staging', 'Build'],
    ['Deploy-staging', 'Build'],
    ['Preview-prod', 'Build', 'Approval'],
    ['Deploy-prod', 'Build'],
  ])
  const variables = JSON.parse(stages.at(-1)?.actions[0]?.configuration.EnvironmentVariables ?? '[]')
  expect(
    Object.fromEntries(variables.map(({ name, value }: Record<string, string>) => [name, value])),
  ).toEqual({
    ENVIRONMENT: 'prod',
    DEPLOYER_ROLE: role('prod', '123456789012'),
    MODE: 'up',
  })
})

test('the build that deploys becomes the deployers of its chain, the one that checks nobody', () => {
  const assumed = (name: string) =>
    program.policyOf(name).filter(({ Action }) => Action.includes('sts:AssumeRole'))
  expect(assumed('regimen-delivery-check-role')).toEqual([])
  expect(assumed('regimen-delivery-deploy-role')[0]?.Resource).toEqual(
    chain.map(({ deployerRole }) => deployerRole).sort(),
  )
})

test('no rule finds anything in it, and GitHub has no way beside it', () => {
  const { findings } = judge(new Graph(program.resources), rules, waivers)
  expect(findings.map(({ rule, name, message }) => `${rule} ${name}: ${message}`)).toEqual([])
  expect(program.of('aws:iam/openIdConnectProvider:OpenIdConnectProvider')).toEqual([])
})

test('without a chain it deploys its own environment', async () => {
  const { 'regimen:deliveryChain': _, ...alone } = delivery
  const { one } = await evaluate('dev', alone, noCode)
  const found = one('aws:codepipeline/pipeline:Pipeline', 'regimen-delivery-pipeline').inputs.stages
  expect((found as { name: string }[]).map(({ name }) => name).slice(2)).toEqual([
    'Preview-dev',
    'Deploy-dev',
  ])
})

test('a provider of GitHub that is there already is taken, not made again', async () => {
  const providerArn = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com'
  const github = {
    'regimen:delivery': 'github',
    'regimen:deliveryRepository': 'example/regimen',
    'regimen:deliveryProvider': providerArn,
  }
  const { of, one } = await evaluate('dev', github, noCode)
  expect(of('aws:iam/openIdConnectProvider:OpenIdConnectProvider')).toEqual([])
  expect(String(one('aws:iam/role:Role', 'regimen-github-role').inputs.assumeRolePolicy)).toContain(
    `"Federated":"${providerArn}"`,
  )
})

describe('.ci/deliver', () => {
  /** Runs it with stand-ins for the commands; what is named fails. */
  function deliver(mode: 'preview' | 'up', failing: string, before = 'abc123abc123') {
    const bin = mkdtempSync(join(tmpdir(), 'regimen-deliver-'))
    onTestFinished(() => rmSync(bin, { recursive: true }))
    const said = join(bin, 'said')
    for (const command of ['aws', 'pulumi', 'npx']) {
      const lines = [
        '#!/bin/bash',
        `echo "${command} $*" >> ${said}`,
        `case "${command} $*" in`,
        ...(failing === '' ? [] : [`  *"${failing}"*) exit 1;;`]),
        '  "aws sts assume-role"*) echo "KEY SECRET TOKEN";;',
        `  "pulumi stack output release"*) echo "${before}";;`,
        'esac',
      ]
      writeFileSync(join(bin, command), lines.join('\n'))
      chmodSync(join(bin, command), 0o755)
    }
    let code = 0
    try {
      execFileSync(join(repository, '.ci/deliver'), {
        env: {
          PATH: `${bin}:${process.env.PATH}`,
          ENVIRONMENT: 'prod',
          DEPLOYER_ROLE: 'arn',
          MODE: mode,
          PULUMI_BACKEND_URL: 's3://state',
        },
        stdio: 'pipe',
      })
    } catch {
      code = 1
    }
    const commands = existsSync(said) ? readFileSync(said, 'utf8').trim().split('\n') : []
    return { code, commands: commands.slice(2) }
  }
  const up = 'pulumi up --yes --stack prod --policy-pack infra/policy/pack'
  const back = 'npx regimen stack rollback --stack prod --to abc123abc123 --yes'

  test('a preview changes nothing', () => {
    expect(deliver('preview', '')).toEqual({
      code: 0,
      commands: ['pulumi preview --stack prod --policy-pack infra/policy/pack'],
    })
  })

  test('up is tried, and stays when it works', () => {
    const { code, commands } = deliver('up', '')
    expect(code).toBe(0)
    expect(commands[1]).toBe(up)
    expect(commands).toHaveLength(5)
    expect(commands).not.toContain(back)
  })

  test.each([up.slice(0, 9), 'models list'])('what fails in %s is rolled back, and told', (failing) => {
    const { code, commands } = deliver('up', failing)
    expect(code).toBe(1)
    expect(commands.at(-1)).toBe(back)
  })

  test('a first deployment that fails has nothing to go back to', () => {
    const { code, commands } = deliver('up', 'models list', '')
    expect(code).toBe(1)
    expect(commands.join('\n')).not.toContain('rollback')
  })
})

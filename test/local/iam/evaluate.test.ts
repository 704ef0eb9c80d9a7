import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AccessRequest, evaluate } from '../../../local/iam/evaluate.ts'
import { parseDocument } from '../../../local/iam/store.ts'

const principal = 'arn:aws:iam::000000000000:role/trainer'
const request = (change: Partial<AccessRequest> = {}): AccessRequest => ({
  principal,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::data/p/runs/1/plan.json',
  context: {},
  ...change,
})
const policy = (...Statement: object[]) => parseDocument(JSON.stringify({ Version: '2012-10-17', Statement }))
const allow = (more: object = {}) => ({
  Effect: 'Allow',
  Action: 's3:Get*',
  Resource: 'arn:aws:s3:::data/*',
  ...more,
})

/** A policy variable, which is no placeholder of TypeScript. */
const variable = ['$', '{aws:user}'].join('')

describe('the evaluation of identity policies', () => {
  it.each([
    ['allows what a statement allows', [allow()], {}, true],
    ['denies what none allows', [allow()], { action: 's3:PutObject' }, false],
    ['denies another resource', [allow()], { resource: 'arn:aws:s3:::other/x' }, false],
    ['ignores the case of actions', [allow({ Action: 'S3:getobject' })], {}, true],
    ['heeds the case of resources', [allow({ Resource: 'arn:aws:s3:::DATA/*' })], {}, false],
    ['lets an explicit deny win', [allow(), { ...allow(), Effect: 'Deny' }], {}, false],
    ['reads NotAction', [allow({ Action: undefined, NotAction: 's3:Put*' })], {}, true],
    ['reads NotResource', [allow({ Resource: undefined, NotResource: 'arn:aws:s3:::data/p/*' })], {}, false],
    ['matches one character by ?', [allow({ Resource: 'arn:aws:s3:::data/p/runs/?/plan.json' })], {}, true],
    [
      'substitutes policy variables',
      [allow({ Resource: `arn:aws:s3:::data/${variable}/*` })],
      { context: { 'aws:user': 'p' } },
      true,
    ],
    [
      'does not apply a NotResource with a variable without a value',
      [allow({ Resource: undefined, NotResource: `arn:aws:s3:::other/${variable}/*` })],
      {},
      false,
    ],
    [
      'matches no variable without a value',
      [allow({ Resource: `arn:aws:s3:::data/${variable}*` })],
      {},
      false,
    ],
  ])('%s', (_, statements, change, allowed) => {
    expect(evaluate(request(change), [policy(...statements)]).allowed).toBe(allowed)
  })

  it.each([
    [{ StringEquals: { 'k:a': ['x', 'y'] } }, { 'k:a': 'y' }, true],
    [{ StringEquals: { 'k:a': 'x' } }, {}, false],
    [{ StringEqualsIfExists: { 'k:a': 'x' } }, {}, true],
    [{ StringNotEquals: { 'k:a': 'x' } }, {}, true],
    [{ StringNotEquals: { 'k:a': ['x', 'y'] } }, { 'k:a': 'y' }, false],
    [{ StringLike: { 'K:A': 'pre*' } }, { 'k:a': 'prefix' }, true],
    [{ ArnLike: { 'k:a': 'arn:aws:s3:::b*' } }, { 'k:a': 'arn:aws:s3:::bucket' }, true],
    [{ ArnEquals: { 'k:a': 'arn:*:s3:::b' } }, { 'k:a': 'arn:aws:sns:::b' }, false],
    [{ Bool: { 'k:a': 'true' } }, { 'k:a': 'true' }, true],
    [{ Bool: { 'k:a': true } }, { 'k:a': 'false' }, false],
    [{ Null: { 'k:a': 'true' } }, {}, true],
    [{ Null: { 'k:a': 'false' } }, { 'k:a': 'x' }, true],
    [{ Null: { 'k:a': 'true' } }, { 'k:a': 'x' }, false],
    [{ NumericLessThan: { 'k:a': '10' } }, { 'k:a': '9' }, true],
    [{ 'ForAllValues:StringEquals': { 'k:a': ['x', 'y'] } }, { 'k:a': ['x', 'z'] }, false],
    [{ 'ForAnyValue:StringEquals': { 'k:a': ['x', 'y'] } }, { 'k:a': ['x', 'z'] }, true],
    [{ StringEquals: { 'k:a': 'x' }, Bool: { 'k:b': 'true' } }, { 'k:a': 'x', 'k:b': 'false' }, false],
  ])('judges the condition %j in %j', (Condition, context, allowed) => {
    expect(evaluate(request({ context }), [policy(allow({ Condition }))]).allowed).toBe(allowed)
  })

  it('refuses an operator that it does not know instead of ignoring it', () => {
    const decision = evaluate(request(), [
      policy(allow(), { ...allow(), Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
    ])
    expect(decision.allowed).toBe(false)
    expect(decision.reason).toMatch(/^unknown condition operator: IpAddress; expected one of StringEquals/)
  })

  it('never allows what an explicit deny covers, whatever else is allowed', () => {
    const action = fc.constantFrom('s3:GetObject', 's3:PutObject', 'lambda:InvokeFunction')
    const pattern = fc.constantFrom('*', 's3:*', 's3:Get*', 'lambda:InvokeFunction')
    const statement = fc.record({
      Effect: fc.constantFrom('Allow', 'Deny'),
      Action: pattern,
      Resource: fc.constant('*'),
    })
    fc.assert(
      fc.property(action, fc.array(statement, { maxLength: 6 }), (name, statements) => {
        const covers = ({ Action }: { Action: string }) =>
          Action === '*' || Action === name || (Action.endsWith('*') && name.startsWith(Action.slice(0, -1)))
        const denied = statements.some((one) => one.Effect === 'Deny' && covers(one))
        const allowed = statements.some((one) => one.Effect === 'Allow' && covers(one))
        expect(evaluate(request({ action: name }), [policy(...statements)]).allowed).toBe(allowed && !denied)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    ['not json', 'MalformedPolicyDocument'],
    ['{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*"}]}', 'MalformedPolicyDocument'],
    [
      '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}',
      'MalformedPolicyDocument',
    ],
    [
      '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Actoin":"*","Resource":"*"}]}',
      'MalformedPolicyDocument',
    ],
  ])('refuses the document %s', (text, code) => {
    expect(() => parseDocument(text)).toThrow(expect.objectContaining({ code }))
  })
})

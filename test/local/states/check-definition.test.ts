import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkDefinition } from '../../../local/states/check-definition.ts'
import { jsonata } from './fake-engine.ts'

/** The schema validator finds some faults too, in words of its own. */
const rules = (definition: unknown) =>
  checkDefinition(definition).flatMap(({ rule }) => (rule === 'structure' ? [] : [rule]))
const task = (resource: string) => ({ Type: 'Task', Resource: resource, Arguments: {}, End: true })

describe('finds', () => {
  test.each([
    [
      'nothing in a sound machine',
      jsonata({
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
        B: { Type: 'Succeed', Output: '{% $x %}' },
      }),
      [],
    ],
    ['an unbound variable', jsonata({ A: { Type: 'Succeed', Output: '{% $x %}' } }), ['unbound-variable']],
    [
      'a function that is not there',
      jsonata({ A: { Type: 'Succeed', Output: '{% $randomSeeded(1) %}' } }),
      ['unknown-function'],
    ],
    ['$eval', jsonata({ A: { Type: 'Succeed', Output: "{% $eval('1') %}" } }), ['unknown-function']],
    [
      'no fault in bound names',
      jsonata({ A: { Type: 'Succeed', Output: '{% ($y := 1; $map([1], function($v){$v + $y})) %}' } }),
      [],
    ],
    [
      'a misspelt integration',
      jsonata({ A: task('arn:aws:states:::lambda:invok') }),
      ['unknown-integration'],
    ],
    ['no integration at all', jsonata({ A: task('lambda') }), ['unknown-integration']],
    [
      '.sync on a model',
      jsonata({ A: task('arn:aws:states:::sagemaker:createModel.sync') }),
      ['sync-not-supported'],
    ],
    [
      '.sync on an endpoint',
      jsonata({ A: task('arn:aws:states:::sagemaker:createEndpoint.sync') }),
      ['sync-not-supported'],
    ],
    [
      'an unreachable state',
      jsonata({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } }, 'A'),
      ['unreachable-state'],
    ],
    [
      'a bare name, which has no context to be read from',
      jsonata({ A: { Type: 'Succeed', Output: '{% phone & $states.input.items[price > 5].name %}' } }),
      ['top-level-reference'],
    ],
    ['$$', jsonata({ A: { Type: 'Succeed', Output: '{% $$ %}' } }), ['top-level-reference']],
    [
      'a Catch where there is nothing to catch from',
      jsonata({
        A: { Type: 'Pass', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], Next: 'B' },
        B: { Type: 'Succeed' },
      }),
      ['unsupported-field'],
    ],
    [
      'a loop without an end',
      jsonata({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'A' } }),
      ['missing-end-state'],
    ],
    [
      'a misspelt action of the SDK',
      jsonata({ A: task('arn:aws:states:::aws-sdk:s3:getObjct') }),
      ['unknown-integration'],
    ],
    [
      'a service that the local cloud lacks',
      jsonata({ A: task('arn:aws:states:::aws-sdk:sqs:sendMessage') }),
      ['unknown-integration'],
    ],
    ['no fault in an action of the SDK', jsonata({ A: task('arn:aws:states:::aws-sdk:s3:getObject') }), []],
    [
      'a Catch that leaves its scope',
      jsonata({
        P: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'T',
              States: {
                T: {
                  ...task('arn:aws:states:::lambda:invoke'),
                  Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Out' }],
                },
              },
            },
          ],
          Next: 'Out',
        },
        Out: { Type: 'Succeed' },
      }),
      ['transition-leaves-scope'],
    ],
    [
      'JSONPath',
      { StartAt: 'A', States: { A: { Type: 'Pass', ResultPath: '$.x', End: true } } },
      ['jsonpath'],
    ],
    [
      'a result where there is none',
      jsonata({ A: { Type: 'Pass', Output: '{% $states.result %}', End: true } }),
      ['states-field-not-available'],
    ],
    [
      'a wildcard that is not last',
      jsonata({
        A: {
          ...task('arn:aws:states:::lambda:invoke'),
          Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }],
        },
      }),
      ['wildcard-not-last'],
    ],
    [
      'an outer variable read by a distributed child',
      jsonata({
        S: { Type: 'Pass', Assign: { x: 1 }, Next: 'M' },
        M: {
          Type: 'Map',
          Items: [1],
          ItemSelector: '{% $x %}',
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'P',
            States: { P: { Type: 'Pass', Output: '{% $x %}', End: true } },
          },
          End: true,
        },
      }),
      ['outer-variable-in-child'],
    ],
  ])('%s', (_, definition, expected) => {
    expect(rules(definition)).toEqual(expected)
  })

  test('a syntax error and where it stands', () => {
    const found = checkDefinition(jsonata({ A: { Type: 'Pass', Output: { a: '{% 1 + %}' }, End: true } }))
    expect(found[0]?.path).toContain('/States/A')
  })

  test('a transition to nowhere', () => {
    expect(checkDefinition(jsonata({ A: { Type: 'Pass', Next: 'B' } }))[0]?.message).toBe(
      "MISSING_TRANSITION_TARGET: Missing 'Next' target: B at /States/A/Next",
    )
  })
})

test.each(['training', 'inference', 'dataset-import'])(
  'the %s machine has no unbound variable, unknown function or integration',
  (name) => {
    const file = join(import.meta.dirname, '../../../statemachines', `${name}.asl.json`)
    const found = checkDefinition(JSON.parse(readFileSync(file, 'utf8')))
    expect(found.filter(({ rule }) => rule !== 'structure')).toEqual([])
  },
)

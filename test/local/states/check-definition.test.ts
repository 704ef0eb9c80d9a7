import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { checkDefinition } from '../../../local/states/check-definition.ts'
import { jsonata } from './fake-engine.ts'

const rules = (definition: unknown) => checkDefinition(definition).map(({ rule }) => rule)
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
    expect(checkDefinition(jsonata({ A: { Type: 'Pass', Next: 'B' } }))[0]?.message).toContain('"B"')
  })
})

test.each(['training', 'inference'])(
  'the %s machine has no unbound variable, unknown function or integration',
  (name) => {
    const file = join(import.meta.dirname, '../../../statemachines', `${name}.asl.json`)
    const found = checkDefinition(JSON.parse(readFileSync(file, 'utf8')))
    expect(found.filter(({ rule }) => rule !== 'structure')).toEqual([])
  },
)

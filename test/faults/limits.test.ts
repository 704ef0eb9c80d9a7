import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runDefinition } from '../../local/states/run-definition.ts'
import { statesService } from '../../local/states/service.ts'
import { fakeCloud } from '../local/fake-cloud.ts'
import { jsonata, lambda, lambdaAnswer, openEngine, runOn } from '../local/states/fake-engine.ts'

const pass = (extra: Record<string, unknown> = {}) => ({ Type: 'Pass', End: true, ...extra })
const limitBytes = 262_144

describe('16 machines that never end', () => {
  const cause = 'The execution reached the maximum number of history events (25000).'

  test('16 a Choice loop is ended by the history, at 25,000 events', async () => {
    const { engine } = await openEngine({})
    const end = await runOn(
      engine,
      jsonata({
        A: pass({ End: undefined, Next: 'B' }),
        B: { Type: 'Choice', Choices: [{ Condition: true, Next: 'A' }] },
      }),
    )
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause })
    expect(end.events).toHaveLength(25_000)
    expect(end.events.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed' })
  })

  test('16 a Retry loop too', async () => {
    const Retry = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 99_999_999 }]
    const end = await runDefinition(jsonata({ A: lambda({ Retry }) }), { mock: { A: { error: 'E' } } })
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.Runtime', cause })
    expect(end.events.length).toBeLessThanOrEqual(25_000)
  })
})

describe('17 values of 256 KiB', () => {
  /** JSON of exactly so many bytes, quotes included, in characters of one to four bytes. */
  function textOf(bytes: number, character: string): string {
    const size = Buffer.byteLength(character)
    const room = bytes - 2
    return character.repeat(Math.floor(room / size)) + 'x'.repeat(room % size)
  }

  test.each(['x', 'ä', '€', '😀'])(
    '17 %s: an output and a variable may have 262,144 bytes and no more',
    async (character) => {
      for (const [bytes, status] of [
        [limitBytes, 'SUCCEEDED'],
        [limitBytes + 1, 'FAILED'],
      ] as const) {
        const value = textOf(bytes, character)
        expect(Buffer.byteLength(JSON.stringify(value))).toBe(bytes)
        const expected = status === 'FAILED' ? { status, error: 'States.DataLimitExceeded' } : { status }
        expect(await runDefinition(jsonata({ A: pass({ Output: value }) }))).toMatchObject(expected)
        expect(await runDefinition(jsonata({ A: pass({ Assign: { v: value }, Output: 1 }) }))).toMatchObject(
          expected,
        )
        expect(
          await runDefinition(jsonata({ A: lambda({ Output: 1 }) }), {
            mock: { A: { Payload: textOf(bytes - 12, character) } },
          }),
        ).toMatchObject(expected)
      }
    },
  )
})

describe('18 input that looks like code', () => {
  const poison = [
    "{% $eval('1+1') %}",
    '{% 1/0 %}',
    '{%',
    '%}',
    '{% $states.context %}',
    '$states.input',
    '$$',
    '__proto__',
    'constructor',
    'NaN',
    'Infinity',
    '\ud800',
    '\udfff x',
    '\u0000\u2028\u2029',
  ]
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom<unknown>(...poison, -0, 2 ** 53 + 2, 5e-324, 1.7e308, null, true),
      fc.string({ unit: 'binary' }),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...poison, 'a', 'toString'), tie('any'), { maxKeys: 4 }),
    ),
  })).any

  test('18 is data from end to end: through states, tasks, Maps and the journal', async () => {
    const { engine } = await openEngine({ 'lambda:Invoke': lambdaAnswer((payload) => payload) })
    const machine = jsonata({
      Keep: pass({ End: undefined, Assign: { kept: '{% $states.input %}' }, Next: 'Ask' }),
      Ask: lambda({ End: undefined, Next: 'Each' }),
      Each: {
        Type: 'Map',
        Items: '{% [$kept.value, $states.input.value] %}',
        ItemSelector: { item: '{% $states.context.Map.Item.Value %}' },
        ItemProcessor: { StartAt: 'I', States: { I: pass({ Output: '{% $states.input.item %}' }) } },
        Output: '{% {"result": $states.result, "kept": $kept.value} %}',
        End: true,
      },
    })
    let count = 0
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        // An array as an item would be flattened by the sequence of two.
        const wrapped = JSON.parse(JSON.stringify({ value: { given } }))
        count += 1
        const end = await runOn(engine, machine, wrapped, `run-${count}`)
        expect(end).toMatchObject({ status: 'SUCCEEDED' })
        expect(end.output).toEqual({ result: [wrapped.value, wrapped.value], kept: wrapped.value })
        expect(Object.keys(Object.prototype)).toEqual([])
        expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      }),
      { numRuns: 150 },
    )
  })

  test('18 a member named __proto__ is a member', async () => {
    const input = JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}')
    const end = await runDefinition(
      jsonata({ A: pass({ Output: '{% $merge([$states.input, {"a": 1}]) %}' }) }),
      { input },
    )
    expect(end.status).toBe('SUCCEEDED')
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('18 a number that no double holds is refused at the start, not turned into another one', async () => {
    const cloud = fakeCloud([statesService()])
    const machine = {
      name: 'm',
      roleArn: 'arn:aws:iam::000000000000:role/r',
      definition: JSON.stringify(jsonata({ A: pass() })),
    }
    const { stateMachineArn } = await cloud.ask('states', 'CreateStateMachine', machine)
    await expect(
      cloud.ask('states', 'StartExecution', { stateMachineArn, input: '{"x":[1e400]}' }),
    ).rejects.toMatchObject({ code: 'InvalidExecutionInput' })
    await cloud.ask('states', 'StartExecution', {
      stateMachineArn,
      input: '{"x":[1e300,-0,9007199254740993,"1e400"]}',
    })
  })
})

describe('19 expressions that would never end', () => {
  const bombs = [
    '$sum([1..10000000])',
    '[1..100000].[1..100000]',
    '($f := function($x) { $f($x + 1) }; $f(1))',
    '($f := function($x) { [$f($x), $f($x)] }; $f(1))',
    '$match($states.input.text, /^(a+)+$/)',
    '$reduce([1..1000000], function($all, $x) { $all & $all }, "x")',
  ]

  test.each(bombs)('19 %s ends with an error, and the engine goes on', async (expression) => {
    const { engine } = await openEngine({})
    const input = { text: `${'a'.repeat(40)}!` }
    const started = performance.now()
    const end = await runOn(engine, jsonata({ A: pass({ Output: `{% ${expression} %}` }) }), input)
    expect(end).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' })
    expect(performance.now() - started).toBeLessThan(20_000)
    expect(await runOn(engine, jsonata({ A: pass({ Output: '{% 1 + 1 %}' }) }), {}, 'two')).toMatchObject({
      output: 2,
    })
  })
})

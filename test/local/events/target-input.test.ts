import { describe, expect, test } from 'vitest'
import { type InputRules, targetInput } from '../../../local/events/target-input.ts'

const event = {
  source: 'aws.s3',
  detail: { bucket: { name: 'b' }, object: { key: 'a "quoted" key', size: 12 }, list: [{ id: 'first' }] },
}
const origin = { ruleName: 'uploads', ruleArn: 'arn:rule', ingestionTime: '2026-11-21T02:00:00.000Z' }
const input = (rules: InputRules) => targetInput(rules, event, origin)

describe('a target receives', () => {
  test('the whole event by default', () => {
    expect(JSON.parse(input({}))).toEqual(event)
  })

  test('a constant', () => {
    expect(input({ Input: '{"a":1}' })).toBe('{"a":1}')
  })

  test('a part of the event, or null where there is none', () => {
    expect(input({ InputPath: '$.detail.object.size' })).toBe('12')
    expect(input({ InputPath: '$.detail.list[0].id' })).toBe('"first"')
    expect(input({ InputPath: '$.detail.absent' })).toBe('null')
  })

  test('a template that stays JSON whatever the values hold', () => {
    const InputPathsMap = { key: '$.detail.object.key', size: '$.detail.object.size', none: '$.none' }
    const InputTemplate =
      '{"text": "<key> of <size>", "key": <key>, "size": <size>, "none": <none>, "rule": "<aws.events.rule-name>", "event": <aws.events.event>}'
    expect(JSON.parse(input({ InputTransformer: { InputPathsMap, InputTemplate } }))).toEqual({
      text: 'a "quoted" key of 12',
      key: 'a "quoted" key',
      size: 12,
      none: '',
      rule: 'uploads',
      event,
    })
  })

  test('a name that the map does not hold as it stands', () => {
    expect(input({ InputTransformer: { InputTemplate: '"<unknown>"' } })).toBe('"<unknown>"')
  })
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of definitions look like template strings
import { expect, test } from 'vitest'
import { fillDefinition, placeholders } from '../../infra/definition.ts'

const source = JSON.stringify({
  StartAt: 'Plan',
  Arguments: { FunctionName: '${plan-parts}', Size: '{% ${partBytes} %}' },
  Choice: "{% ${'a': 1}.a = 1 %}",
})

test('names what a definition asks for, and leaves the JSONata context alone', () => {
  expect(placeholders(source)).toEqual(['plan-parts', 'partBytes'])
})

test('fills texts and numbers in', () => {
  const filled = fillDefinition('x.asl.json', source, {
    'plan-parts': 'arn:aws:lambda:x',
    partBytes: 4_000_000,
  })
  expect(JSON.parse(filled)).toEqual({
    StartAt: 'Plan',
    Arguments: { FunctionName: 'arn:aws:lambda:x', Size: '{% 4000000 %}' },
    Choice: "{% ${'a': 1}.a = 1 %}",
  })
})

test('a value with quotes stays inside its string', () => {
  expect(JSON.parse(fillDefinition('x', '{"Comment": "${text}"}', { text: 'say "no"\\' }))).toEqual({
    Comment: 'say "no"\\',
  })
})

test('an object takes the place of its placeholder, and an empty one removes the member', () => {
  const text = '{"Arguments": {"VpcConfig": "${network}", "Name": "a"}}'
  const network = { Subnets: ['${a}'] }
  expect(JSON.parse(fillDefinition('x', text, { network }))).toEqual({
    Arguments: { VpcConfig: network, Name: 'a' },
  })
  expect(JSON.parse(fillDefinition('x', text, { network: {} }))).toEqual({ Arguments: { Name: 'a' } })
})

test('refuses a placeholder that has no value', () => {
  expect(() => fillDefinition('x.asl.json', source, { partBytes: 1 })).toThrow(
    'x.asl.json: got the placeholder ${plan-parts}; expected one of partBytes; correct the definition or give it a value',
  )
})

test('refuses a value that no placeholder takes', () => {
  expect(() => fillDefinition('x.asl.json', source, { 'plan-parts': 'a', partBytes: 1, seed: 7 })).toThrow(
    'x.asl.json: got a value for ${seed}, which the definition does not use; expected every value to be used; remove the value or use it',
  )
})

test('refuses what is no JSON once it is filled in', () => {
  expect(() => fillDefinition('x.asl.json', '{"a": ${text}}', { text: 'word' })).toThrow(
    'x.asl.json: it is no JSON once its placeholders are filled in',
  )
})

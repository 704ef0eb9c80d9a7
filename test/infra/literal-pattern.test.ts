import { expect, test } from 'vitest'
import { literalPattern } from '../../infra/literal-pattern.ts'

test.each([
  ['a literal stays as it is', 'plan.json', 'plan.json'],
  ['a chain keeps its literals', "{% 'jobs-' & $id & '.json' %}", 'jobs-*.json'],
  ['double quotes are literals too', '{% "jobs-" & $id %}', 'jobs-*'],
  ['neighbouring unknowns are one star', "{% 'a' & $b & $c %}", 'a*'],
  ['a call could yield anything', "{% $substringAfter($uri, 's3://x/') %}", '*'],
  ['a choice could yield anything', "{% $big ? 'a' & $b : 'c' %}", '*'],
  ['an ampersand inside a call splits nothing', "{% 'a-' & $f('x' & 'y') & '-z' %}", 'a-*-z'],
  ['an ampersand inside a literal splits nothing', "{% 'a&b' & $c %}", 'a&b*'],
  ['an escape is not taken literally', "{% 'a\\\\'b' & $c %}", '*'],
  ['what is no text is unknown', 7, '*'],
])('%s', (_, argument, pattern) => {
  expect(literalPattern(argument)).toBe(pattern)
})

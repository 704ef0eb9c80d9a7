import { expect, test } from 'vitest'
import { Graph } from '../../infra/policy/graph.ts'
import { judge } from '../../infra/policy/judge.ts'
import { rules } from '../../infra/policy/rules.ts'
import { waivers } from '../../infra/waivers.ts'
import { evaluate, noCode } from './record-program.ts'

const environments = ['dev', 'staging', 'prod'] as const
const judged: { environment: string; judgement: ReturnType<typeof judge> }[] = []
for (const environment of environments) {
  const { resources } = await evaluate(environment, {}, noCode)
  judged.push({ environment, judgement: judge(new Graph(resources), rules, waivers) })
}

test.each(judged)('nothing is found in $environment beyond what is waived', ({ judgement }) => {
  expect(judgement.findings.map(({ rule, name, message }) => `${rule} ${name}: ${message}`)).toEqual([])
})

test('every waiver matches something in one of the environments', () => {
  const unused = waivers.filter((waiver) =>
    judged.every(({ judgement }) => judgement.unused.includes(waiver)),
  )
  expect(unused).toEqual([])
})

test('every waiver has a reason and an owner, and a rule that there is', () => {
  const ids = rules.map(({ id }) => id)
  for (const { rule, reason, owner } of waivers) {
    expect(ids).toContain(rule)
    expect(reason.length).toBeGreaterThan(20)
    expect(owner).not.toBe('')
  }
})

test('a waiver that nothing needs is told', () => {
  const idle = { rule: 'bucket-private', nameEndsWith: '-nowhere', reason: 'none', owner: 'nobody' }
  expect(judge(new Graph([]), rules, [idle]).unused).toEqual([idle])
})

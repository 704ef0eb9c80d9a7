/** Reporter that ends a run with what was proven: cases per suite, every skip with its reason, and the totals on a line. */
import type { Reporter, TestCase, TestModule } from 'vitest/node'

interface Count {
  passed: number
  failed: number
  skipped: number
}

export default class CaseCounter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    const all: Count = { passed: 0, failed: 0, skipped: 0 }
    const lines: string[] = []
    for (const [suite, cases] of bySuite(modules)) {
      const count: Count = { passed: 0, failed: 0, skipped: 0 }
      for (const each of cases) count[outcome(each)] += 1
      all.passed += count.passed
      all.failed += count.failed
      all.skipped += count.skipped
      lines.push(`${suite}: ${cases.length} cases, ${words(count)}`)
      for (const each of cases) if (outcome(each) === 'skipped') lines.push(`  skipped: ${reason(each)}`)
    }
    process.stdout.write(`\n${[...lines, words(all)].join('\n')}\n`)
  }
}

/** Cases by the outermost group they stand in. */
function bySuite(modules: ReadonlyArray<TestModule>): Map<string, TestCase[]> {
  const found = new Map<string, TestCase[]>()
  for (const module of modules)
    for (const each of module.children.allTests()) {
      const [suite = module.moduleId] = each.fullName.split(' > ')
      found.set(suite, [...(found.get(suite) ?? []), each])
    }
  return found
}

/** A case that was left out without a reason, because its server did not start, has failed. */
function outcome(test: TestCase): keyof Count {
  const result = test.result()
  if (result.state === 'passed') return 'passed'
  return result.state === 'skipped' && result.note !== undefined ? 'skipped' : 'failed'
}

function reason(test: TestCase): string {
  const result = test.result()
  return `${test.name}: ${result.state === 'skipped' ? result.note : ''}`
}

const words = ({ passed, failed, skipped }: Count) => `${passed} passed, ${failed} failed, ${skipped} skipped`

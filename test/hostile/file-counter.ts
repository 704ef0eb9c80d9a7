/** Reporter that ends the hostile suite with what was tried: files that were parsed, and files that were refused. */
import type { Reporter, TestModule } from 'vitest/node'

declare module 'vitest' {
  interface TaskMeta {
    /** Files that a test tried, by what became of them. */
    hostile?: { parsed: number; refused: number }
  }
}

export default class FileCounter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>): void {
    let parsed = 0
    let refused = 0
    let failed = 0
    for (const module of modules)
      for (const test of module.children.allTests()) {
        if (test.result().state === 'failed') failed++
        parsed += test.meta().hostile?.parsed ?? 0
        refused += test.meta().hostile?.refused ?? 0
      }
    process.stdout.write(
      `\n${parsed + refused} files tried, ${parsed} parsed, ${refused} refused${failed > 0 ? `, ${failed} tests failed` : ''}\n`,
    )
  }
}

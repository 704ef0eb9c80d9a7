/** Test suites: `unit` needs nothing but the source; `flow` deploys into a local cloud and runs whole state machines. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/flow/**', 'test/browser/**'] },
      },
      { extends: true, test: { name: 'flow', include: ['test/flow/**/*.test.ts'], testTimeout: 300_000 } },
    ],
  },
})

/**
 * Test suites: `unit` needs nothing but the source; `browser` looks at pages in Chromium where it is installed; `flow`
 * deploys into a local cloud and runs whole state machines;
 * `iam` holds the evaluation of policies against an independent simulator, which it installs into a cache;
 * `hostile` tries files that nobody should upload, held against an independent parser;
 * `faults` breaks the local cloud and the doors at every step;
 * `mlflow` sends runs to a real MLflow server and loads their models with the libraries: needs Python;
 * `contract` holds the local cloud against moto's server, `clients` lets boto3 and the AWS CLI use it: both need Python.
 */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    setupFiles: ['./test/seed.ts'],
    // What functions log is no news here; a test that asks for it says so.
    env: { POWERTOOLS_DEV: 'false', POWERTOOLS_LOG_LEVEL: 'SILENT' },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          setupFiles: ['./test/left-behind.ts'],
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/flow/**',
            'test/pulumi/**',
            'test/browser/**',
            'test/contract/**',
            'test/clients/**',
            'test/iam/**',
            'test/aws/**',
            'test/faults/**',
            'test/hostile/**',
            'test/mlflow/**',
          ],
        },
      },
      { extends: true, test: { name: 'browser', include: ['test/browser/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'flow',
          setupFiles: ['./test/left-behind.ts'],
          include: ['test/flow/**/*.test.ts'],
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: { name: 'faults', include: ['test/faults/**/*.test.ts'], testTimeout: 300_000 },
      },
      {
        extends: true,
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          globalSetup: './test/contract/moto-server.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'hostile',
          setupFiles: ['./test/left-behind.ts'],
          include: ['test/hostile/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: { name: 'pulumi', include: ['test/pulumi/**/*.test.ts'], testTimeout: 400_000 },
      },
      {
        extends: true,
        test: {
          name: 'mlflow',
          include: ['test/mlflow/**/*.test.ts'],
          globalSetup: './test/mlflow/tracking-server.ts',
          testTimeout: 300_000,
        },
      },
      { extends: true, test: { name: 'iam', include: ['test/iam/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'clients',
          include: ['test/clients/**/*.test.ts'],
          globalSetup: './test/clients/demo-cloud.ts',
        },
      },
    ],
  },
})

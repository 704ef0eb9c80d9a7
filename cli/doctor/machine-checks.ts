/** What the machine that deploys must have: Node.js, Pulumi, DuckDB for the functions, a configuration that is accepted. */
import { duckdbPackages } from '../../infra/duckdb-layer.ts'
import type { Check } from './finding.ts'

/** Policies and `stack rollback` are tried with this one. */
const oldestPulumi = [3, 256] as const

export const machineChecks: readonly Check[] = [
  {
    check: 'Node.js',
    expected: 'version 24: it runs the program as it is written',
    examine: ({ node }) =>
      /^v24\./.test(node)
        ? { status: 'ok', got: node }
        : { status: 'failed', got: node, do: 'npm ci, which brings it, and run through npx' },
  },
  {
    check: 'Pulumi',
    expected: `version ${oldestPulumi.join('.')} or later`,
    async examine({ pulumiVersion, isLocal }) {
      const version = await pulumiVersion()
      if (version === undefined && isLocal) return { status: 'ok', got: 'none, and a local cloud needs none' }
      const remedy = 'install it: https://www.pulumi.com/docs/install/'
      if (version === undefined) return { status: 'failed', got: 'no pulumi in PATH', do: remedy }
      const [, major = 0, minor = 0] = (/^v?(\d+)\.(\d+)\./.exec(version) ?? []).map(Number)
      const isRecent = major > oldestPulumi[0] || (major === oldestPulumi[0] && minor >= oldestPulumi[1])
      return isRecent ? { status: 'ok', got: version } : { status: 'warning', got: version, do: remedy }
    },
  },
  {
    check: 'configuration',
    expected: 'every key and value of the file is accepted',
    examine: ({ configuration, stack }) =>
      'refused' in configuration
        ? { status: 'failed', got: configuration.refused, do: `correct Pulumi.${stack}.yaml` }
        : { status: 'ok', got: `Pulumi.${stack}.yaml, for ${configuration.projects.join(', ')}` },
  },
  {
    check: 'DuckDB layer',
    expected: "the binding for the functions' processor is installed",
    examine(subject) {
      // The functions of a local cloud run on this machine, whatever the configuration says of Lambda's.
      const duckdbPlatform = subject.isLocal ? 'host' : configured(subject).duckdbPlatform
      try {
        return { status: 'ok', got: duckdbPackages(subject.root, duckdbPlatform).platform }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        const [what = '', remedy = ''] = message.split('; run: ')
        return { status: 'failed', got: what, do: remedy }
      }
    },
  },
]

/** @throws Error when the configuration is refused, which is a finding of its own. */
export function configured({ configuration }: Parameters<Check['examine']>[0]) {
  if ('refused' in configuration) throw new Error('the configuration is refused')
  return configuration
}

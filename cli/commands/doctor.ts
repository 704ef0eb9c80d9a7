/** `regimen doctor`: whether this machine, this account and this region can hold an environment; changes nothing. */
import { Command } from 'commander'
import type { GlobalOptions } from '../context.ts'
import type { Finding } from '../doctor/finding.ts'
import { Output } from '../output.ts'
import { localEnvironment, runningCloud, useEndpoint } from '../running-cloud.ts'

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('checks account, region, quotas, keys, state backend and this machine; changes nothing')
    .action(async (_options: object, self: Command) => {
      const { json, stack, dir = '.regimen' }: GlobalOptions = self.optsWithGlobals()
      const cloud = stack === undefined ? runningCloud(dir) : undefined
      if (process.env.AWS_ENDPOINT_URL === undefined && cloud !== undefined) useEndpoint(cloud.endpoint)
      const environment = stack ?? (cloud === undefined ? 'dev' : localEnvironment(dir))
      // Pulumi's SDK comes with it, which no other command should wait for.
      const { diagnose } = await import('../doctor/diagnose.ts')
      const findings = await diagnose(environment)
      const failed = findings.filter(({ status }) => status === 'failed').length
      new Output(json === true).result({ stack: environment, failed, findings }, () => text(findings))
      if (failed > 0) process.exitCode = 1
    })
}

function text(findings: readonly Finding[]): string {
  const counts = (['ok', 'warning', 'failed', 'unknown'] as const).map(
    (status) => `${findings.filter((each) => each.status === status).length} ${status}`,
  )
  return [
    ...findings.flatMap(({ check, status, got, expected, do: remedy }) => [
      `${status.padEnd(8)} ${check}: ${got}`,
      ...(status === 'ok' ? [] : [`         expected: ${expected}`, `         do: ${remedy}`]),
    ]),
    counts.join(', '),
  ].join('\n')
}

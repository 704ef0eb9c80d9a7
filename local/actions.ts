/** What the local cloud answers: service by action, from the services themselves. */
import { AwsError, type LocalService } from './service.ts'

/** Signing name to its actions in alphabetical order. */
export function listActions(services: ReadonlyMap<string, LocalService>): Record<string, string[]> {
  return Object.fromEntries(
    [...services].map(([name, service]): [string, string[]] => [name, Object.keys(service.actions).sort()]),
  )
}

/** The answer to anything else: 501 with what exists. */
export function actionNotThere(
  services: ReadonlyMap<string, LocalService>,
  service: string,
  action: string,
): AwsError {
  const known = services.get(service)
  const message =
    known === undefined
      ? `the local cloud has no service ${service}; it has ${[...services.keys()].sort().join(', ')}`
      : `the local ${service} has no action ${action}; it has ${Object.keys(known.actions).sort().join(', ')}`
  return new AwsError('NotImplemented', message, 501)
}

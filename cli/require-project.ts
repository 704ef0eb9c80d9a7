/** The project of a command, named or not, is deployed: a list of one that is not there would just be empty. */
import { DescribeStateMachineCommand, paginateListStateMachines } from '@aws-sdk/client-sfn'
import { RegimenError } from '../functions/errors.ts'
import type { Context } from './context.ts'

type Where = Pick<Context, 'sfn' | 'names' | 'project' | 'environment' | 'stateMachine'>

/** @throws RegimenError `InvalidRequest` naming the projects that there are */
export async function requireProject(where: Where): Promise<void> {
  if (await isDeployed(where)) return
  const known = await deployedProjects(where)
  throw new RegimenError('InvalidRequest', {
    what: `there is no project ${where.project}`,
    where: `in environment ${where.environment}`,
    ...(known === undefined ? {} : { expected: `one of ${known.join(', ') || '(none yet)'}` }),
    do: `name one of them with --project, or deploy it: key projects of Pulumi.${where.environment}.yaml`,
  })
}

/** A role that may not look is let through: what it asks for refuses it as well. */
async function isDeployed({ sfn, stateMachine }: Where): Promise<boolean> {
  try {
    await sfn.send(new DescribeStateMachineCommand({ stateMachineArn: stateMachine('training') }))
    return true
  } catch (error) {
    // A project's name that no ARN can hold is no project's name either.
    return !(error instanceof Error && /^(StateMachineDoesNotExist|InvalidArn)$/.test(error.name))
  }
}

/** `undefined` for a role that may not list them. */
async function deployedProjects({ sfn, names }: Where): Promise<string[] | undefined> {
  const [start, end] = [names.prefix, '-training']
  const found: string[] = []
  try {
    for await (const { stateMachines = [] } of paginateListStateMachines({ client: sfn }, {}))
      for (const { name = '' } of stateMachines)
        if (name.startsWith(start) && name.endsWith(end)) found.push(name.slice(start.length, -end.length))
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return undefined
    throw error
  }
  return found.sort()
}

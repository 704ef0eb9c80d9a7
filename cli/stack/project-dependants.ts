/** What depends on a project of an environment: as long as there is any, the project is not deleted. */

export interface Dependant {
  readonly kind: 'schedule' | 'execution' | 'endpoint' | 'champion' | 'dataset'
  readonly name: string
  /** What removes the dependence. */
  readonly remedy: string
}

/** What the environment knows of the project. */
export interface ProjectUse {
  /** Names of enabled schedules. */
  readonly schedules: readonly string[]
  /** Names of running executions. */
  readonly executions: readonly string[]
  readonly endpoints: readonly string[]
  /** Version in production. */
  readonly champion?: string | undefined
  /** `name@version`. */
  readonly datasets: readonly string[]
}

const remedies: Readonly<Record<Dependant['kind'], string>> = {
  schedule: "take the schedule out of the project's definition and update",
  execution: 'wait for it, or `regimen executions stop` it',
  endpoint: 'delete the endpoint',
  champion: 'retire it, or give --with-models: its versions stay in the registry',
  dataset: 'give --with-datasets: its files stay in the bucket',
}

/** In the order in which they are best removed. */
export function dependantsOf(use: ProjectUse): Dependant[] {
  const each = (kind: Dependant['kind'], names: readonly string[]) =>
    names.map((name) => ({ kind, name, remedy: remedies[kind] }))
  return [
    ...each('schedule', use.schedules),
    ...each('execution', use.executions),
    ...each('endpoint', use.endpoints),
    ...each('champion', use.champion === undefined ? [] : [use.champion]),
    ...each('dataset', use.datasets),
  ]
}

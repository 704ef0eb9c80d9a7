/** The state machines of a project, by the last part of their names. */
export const pipelines = ['training', 'inference', 'dataset-import', 'deployment', 'monitoring'] as const
export type Pipeline = (typeof pipelines)[number]

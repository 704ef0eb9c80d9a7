/** The use cases that an environment can deploy, by id: a new one is a new folder and a line here. */
import type { Project } from '../functions/project.ts'
import { project as adherence } from '../projects/adherence/project.ts'

export const projects: Readonly<Record<string, Project>> = { adherence }

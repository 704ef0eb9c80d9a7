/** The project definition of a run, read once per URI: the URI is content-addressed, so what it names never changes. */
import { getJson } from './object-store.ts'
import { type Project, parseProject } from './project.ts'

const loaded = new Map<string, Promise<Project>>()

/** @throws RegimenError `InvalidProject` when the object is no project definition. */
export function loadProject(projectUri: string): Promise<Project> {
  const known = loaded.get(projectUri)
  if (known !== undefined) return known
  const project = getJson(projectUri).then(parseProject)
  loaded.set(projectUri, project)
  // A failed read is not remembered: the retry of the state must be able to succeed.
  project.catch(() => loaded.delete(projectUri))
  return project
}

/** Door: profiles one part. */
import { leaveOut, makeExamples } from '../dataset/examples-store.ts'
import { openPart } from '../dataset/part-store.ts'
import { door } from '../door.ts'
import { inferenceRun, trainingRun } from '../layout.ts'
import { getJson, putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { rowsOfEntities } from './entity-rows-store.ts'
import { examineTable } from './examine-store.ts'
import { profileExamples } from './features-store.ts'
import { type Profile, profileSchema } from './profile.ts'
import { keysOf } from './quality-rules.ts'
import { writeRowSample } from './row-sample-store.ts'
import { profileTable } from './table-store.ts'

export const handler = door({
  ...contracts.profilePart,
  async run({ projectUri, runUri, purpose, part, holdout, seed, baselineUri }, logger) {
    const project = await loadProject(projectUri)
    const baseline = baselineUri === undefined ? undefined : profileSchema.parse(await getJson(baselineUri))
    const open = await openPart(part, project.source)
    try {
      await leaveOut(open, project, seed, holdout)
      const table: Profile = await profileTable(open, {
        columns: project.source.columns,
        part: { index: part.index, uri: part.uri, firstRow: part.firstRow ?? 0 },
        origins: part.shifts,
        baseline,
      })
      table.entities = await rowsOfEntities(open, project.entityKey)
      // A batch is compared with its baseline instead.
      if (purpose !== 'inference')
        table.examination = await examineTable(open, {
          columns: project.source.columns,
          part: { index: part.index, firstRow: part.firstRow ?? 0 },
          profile: table,
          keys: keysOf(project),
          seed,
        })
      const layout = purpose === 'training' ? trainingRun : inferenceRun
      if (purpose !== 'catalogue')
        await writeRowSample(
          open,
          project,
          `${part.uri}:${part.index}`,
          layout.samplePart(runUri, part.index),
        )
      if (purpose === 'training') {
        await makeExamples(open, project, seed)
        table.features = await profileExamples(open, project)
      }
      await putJson(layout.profilePart(runUri, part.index), table)
      logger.info('profiled', { part: part.index, rows: table.rows })
      return { index: part.index, rows: table.rows }
    } finally {
      await open.close()
    }
  },
})

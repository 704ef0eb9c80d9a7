/** Door: turns one part into the encoded and named files of each side of the split. */
import { leaveOut, makeExamples } from '../dataset/examples-store.ts'
import { openPart } from '../dataset/part-store.ts'
import { door } from '../door.ts'
import { sides } from '../layout.ts'
import { getJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { contracts } from '../stages.ts'
import { encoderSchema } from './encoder.ts'
import { writeSide } from './side-store.ts'

const none = { train: 0, validation: 0, calibration: 0, test: 0 }

export const handler = door({
  ...contracts.transformPart,
  async run({ projectUri, runUri, part, holdout, seed, encoderUri }, logger) {
    const project = await loadProject(projectUri)
    const encoder = encoderSchema.parse(await getJson(encoderUri))
    const open = await openPart(part, project.source)
    try {
      await leaveOut(open, project, seed, holdout)
      await makeExamples(open, project, seed)
      const rows = { ...none }
      const positives = { ...none }
      for (const side of sides) {
        const written = await writeSide(open, { project, encoder, runUri, side, index: part.index })
        rows[side] = written.rows
        positives[side] = written.positives
      }
      const counted = await open.database.columns(
        'SELECT count(*)::DOUBLE AS n FROM examples WHERE label IS NULL',
      )
      const unlabelled = Number(counted.columns.n?.[0])
      logger.info('transformed', { part: part.index, rows, unlabelled })
      return { index: part.index, rows, positives, unlabelled }
    } finally {
      await open.close()
    }
  },
})

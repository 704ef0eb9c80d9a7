/** `predict`: rows of a project's source in, predictions with their reasons out, by the versions of the ledger. */
import * as z from 'zod'
import { recordAudit } from '../audit/audit-store.ts'
import { championOf } from '../deployment/ledger.ts'
import { readLedger } from '../deployment/ledger-store.ts'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import { loadProject } from '../project-store.ts'
import { projectUriOf } from '../project-uri.ts'
import { getModel } from '../registry/model-store.ts'
import { addCounts, noCounts, type OnlineCounts } from './online-counts.ts'
import { keepCounts } from './online-counts-store.ts'
import { predictOnline } from './predict-online.ts'
import { examplesOfRows } from './rows-store.ts'
import { loadScorer } from './scorer-store.ts'

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

export const handler = door({
  input: z.object({
    project: z.string(),
    /** Column of the source to its value; more rows are a batch. */
    rows: z.array(z.record(z.string(), cell)).min(1).max(1_000),
    /** @default as the project says */
    explanations: z.boolean().optional(),
  }),
  output: z.object({
    modelVersion: z.string(),
    challenger: z.object({ version: z.string(), share: z.number() }).optional(),
    predictions: z.array(z.record(z.string(), z.unknown())),
    fellBack: z.array(z.object({ version: z.string(), by: z.string(), error: z.string() })),
  }),
  async run({ project: id, rows, explanations }, logger, { awsRequestId: requestId }) {
    const told = { actor: 'caller of predict', action: 'predict', requestId, count: rows.length }
    await recordAudit('predict', { ...told, resource: id, result: 'begun' })
    const projectUri = projectUriOf(id, undefined, process.env.PROJECT_URIS)
    const [project, ledger] = await Promise.all([loadProject(projectUri), readLedger(id)])
    const [entry] = ledger
    if (entry === undefined)
      throw new RegimenError('NoChampion', {
        what: `${id} has no model in production`,
        do: 'train one, then approve it with: regimen models approve <version>',
      })
    const counted = new Map<string, OnlineCounts>()
    const { predictions, fellBack } = await predictOnline({
      examples: await examplesOfRows(rows, project),
      entry,
      previous: championOf(ledger).previous,
      occasion: {
        timestamp: new Date().toISOString(),
        severeDrift: false,
        explanations: explanations ?? project.prediction.explanations,
      },
      load: async (version) => {
        const { modelUri, encoderUri, decisionUri } = await getModel(id, version)
        return await loadScorer(projectUri, { modelVersion: version, modelUri, encoderUri, decisionUri })
      },
      count(version, counts) {
        counted.set(version, addCounts(counted.get(version) ?? noCounts, counts))
      },
    }).finally(async () => {
      // Only where somebody decides on it; a count that is lost is no reason to answer nothing.
      if (entry.challenger === undefined) return
      await keepCounts(id, entry.sequence, counted).catch((error: unknown) =>
        logger.warn('not counted', { error: error instanceof Error ? error.name : 'Error' }),
      )
    })
    logger.info('predicted', { project: id, rows: rows.length, predictions: predictions.length, fellBack })
    const { version: modelVersion, challenger } = entry
    await recordAudit('predict', { ...told, resource: `${id} version ${modelVersion}`, result: 'done' })
    return { modelVersion, ...(challenger === undefined ? {} : { challenger }), predictions, fellBack }
  },
})

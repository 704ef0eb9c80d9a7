/** resolve-model: which version is in production, which was before it, and where their artifacts lie. */
import * as z from 'zod'
import { door } from '../door.ts'
import { RegimenError } from '../errors.ts'
import type { Model } from '../registry/model.ts'
import { getModel } from '../registry/model-store.ts'
import { championOf } from './ledger.ts'
import { readLedger } from './ledger-store.ts'

const uri = z.string().startsWith('s3://')
const artifacts = z.object({
  modelVersion: z.string(),
  modelUri: uri,
  encoderUri: uri,
  baselineUri: uri,
  decisionUri: uri,
  evaluationUri: uri,
  engine: z.string(),
})
const resolved = artifacts.extend({ previous: artifacts.nullable() })

export const handler = door({
  input: z.object({
    project: z.string(),
    /** @default the champion */
    modelVersion: z
      .string()
      .regex(/^[1-9]\d*$/)
      .optional(),
    /** For a gate that compares with the champion, if there is one: answers `{champion: … | null}`. */
    allowNone: z.boolean().default(false),
  }),
  output: z.union([resolved, z.object({ champion: resolved.nullable() })]),
  async run({ project, modelVersion, allowNone }, logger) {
    const ledger = championOf(await readLedger(project))
    const version = modelVersion ?? ledger.version
    logger.info('resolve', { project, version: version ?? 'none' })
    if (version === undefined) {
      if (allowNone) return { champion: null }
      throw new RegimenError('NoChampion', {
        what: `${project} has no model in production`,
        do: 'train one, then approve it with: regimen models approve <version>',
      })
    }
    // A version that was asked for falls back to the one in production.
    const before = version === ledger.version ? ledger.previous : ledger.version
    const answer = {
      ...located(await getModel(project, version)),
      previous: before === undefined ? null : located(await getModel(project, before)),
    }
    return allowNone ? { champion: answer } : answer
  },
})

const located = (model: Model): z.output<typeof artifacts> => ({
  modelVersion: model.version,
  modelUri: model.modelUri,
  encoderUri: model.encoderUri,
  baselineUri: model.baselineUri,
  decisionUri: model.decisionUri,
  evaluationUri: model.evaluationUri,
  engine: model.engine,
})

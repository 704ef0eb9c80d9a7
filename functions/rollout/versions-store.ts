/** Loads versions as scoring does, and lets two of them answer the same rows. */
import { createHash } from 'node:crypto'
import type { Examples } from '../features/examples.ts'
import { getBytes } from '../object-store.ts'
import { getModel } from '../registry/model-store.ts'
import { type Scorer, scoreExamples } from '../scoring/score-examples.ts'
import { readScorer } from '../scoring/scorer-store.ts'
import type { Answers } from './judge.ts'

/** SHA-256 over model, encoder and decision: what answers is what was tried. @throws where one cannot be read */
export async function checksumOf(project: string, version: string): Promise<string> {
  const { modelUri, encoderUri, decisionUri } = await getModel(project, version)
  const hash = createHash('sha256')
  for (const uri of [modelUri, encoderUri, decisionUri])
    hash.update(
      createHash('sha256')
        .update(await getBytes({ uri }))
        .digest(),
    )
  return hash.digest('hex')
}

/** @throws RegimenError `ModelNotFound`, `ModelUnreadable` and what the bucket says of a missing artifact. */
export async function loadVersion(project: string, projectUri: string, version: string): Promise<Scorer> {
  const { modelUri, encoderUri, decisionUri } = await getModel(project, version)
  return await readScorer(projectUri, { modelVersion: version, modelUri, encoderUri, decisionUri })
}

/** @throws RegimenError `FeatureContractBroken` when a version cannot make numbers of the rows. */
export function answersOf(champion: Scorer, challenger: Scorer, examples: Examples): Answers {
  const theirs = timed(champion, examples)
  const its = timed(challenger, examples)
  const codes = new Map<string, number>()
  const entities = Int32Array.from(examples.entityIds, (entity) => {
    const code = codes.get(entity) ?? codes.size
    codes.set(entity, code)
    return code
  })
  return {
    champion: theirs.values,
    challenger: its.values,
    milliseconds: { champion: theirs.milliseconds, challenger: its.milliseconds },
    entities,
    entityCount: codes.size,
  }
}

const occasion = { timestamp: '', severeDrift: false, fallback: false, explanations: false }

/** Twice, and the faster one counts: the first also compiles. */
function timed(scorer: Scorer, examples: Examples): { values: Float64Array; milliseconds: number } {
  let milliseconds = Number.POSITIVE_INFINITY
  let values = new Float64Array()
  for (let turn = 0; turn < 2; turn++) {
    const begun = performance.now()
    values = Float64Array.from(scoreExamples(scorer, occasion, examples), ({ value }) => value)
    milliseconds = Math.min(milliseconds, performance.now() - begun)
  }
  return { values, milliseconds }
}

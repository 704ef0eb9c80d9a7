/** The door that ends an evaluation: fits the decision on the calibration side, measures on the test side, judges. */
import { door } from '../door.ts'
import { trainingRun } from '../layout.ts'
import { putJson } from '../object-store.ts'
import { loadProject } from '../project-store.ts'
import { fitDecision } from '../scoring/fit-decision.ts'
import { contracts } from '../stages.ts'
import { evaluate } from './evaluate.ts'
import { evaluationSchema } from './evaluation.ts'
import { loadParts } from './evaluation-parts-store.ts'
import { mergeParts } from './merge-parts.ts'

export const handler = door({
  ...contracts.mergeEvaluation,
  async run({ projectUri, runUri, parts, engine, championEngine }, logger) {
    const project = await loadProject(projectUri)
    const merged = mergeParts(await loadParts(runUri, parts))
    const decision = fitDecision({
      task: project.task,
      rawPredictions: merged.calibration.scores,
      labels: merged.calibration.labels,
      modelEngine: engine,
      baseValue: merged.calibration.meanMargin,
      precisionFloorLift: project.precisionFloorLift,
    })
    const evaluation = evaluationSchema.parse(
      evaluate({ project, engine, championEngine, merged, decision, seed: project.split.seed }),
    )
    const evaluationUri = trainingRun.evaluation(runUri)
    const decisionUri = trainingRun.decision(runUri)
    await Promise.all([putJson(evaluationUri, evaluation), putJson(decisionUri, decision)])
    const { passed, summary } = evaluation.gate
    const metrics = Object.fromEntries(
      Object.entries(evaluation.metrics).filter((entry): entry is [string, number] => entry[1] !== null),
    )
    logger.info('model evaluated', { rows: evaluation.rows, entities: evaluation.entities, passed, metrics })
    return { evaluationUri, decisionUri, metrics, gate: { passed, summary } }
  },
})

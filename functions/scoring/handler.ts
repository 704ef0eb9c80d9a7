/** `score-part`: predicts every example of one part of a batch, and explains it unless the run does without. */
import { recordAudit } from '../audit/audit-store.ts'
import { door } from '../door.ts'
import { readExamples } from '../features/example-store.ts'
import { contracts } from '../stages.ts'
import { writePredictions } from './predictions-store.ts'
import { scoreExamples } from './score-examples.ts'
import { loadScorer } from './scorer-store.ts'

export const handler = door({
  ...contracts.scorePart,
  async run(
    { projectUri, runUri, part, model, explanations, ...occasion },
    _logger,
    { awsRequestId: requestId },
  ) {
    // Who asked for the run stands in the run's own event.
    const told = {
      actor: runUri,
      action: 'predict batch',
      resource: `${runUri} part ${part.index}`,
      requestId,
    }
    await recordAudit('score-part', { ...told, result: 'begun' })
    const scorer = await loadScorer(projectUri, model)
    const examples = await readExamples(part, scorer.project)
    const scored = scoreExamples(
      scorer,
      { ...occasion, explanations: explanations ?? scorer.project.prediction.explanations },
      examples,
    )
    const counts = await writePredictions(runUri, part.index, scored)
    await recordAudit('score-part', { ...told, result: 'done', count: counts.predictions })
    return { index: part.index, rows: part.rows ?? examples.rows, ...counts }
  },
})

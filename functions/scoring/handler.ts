/** `score-part`: predicts and explains every example of one part of a batch. */
import { door } from '../door.ts'
import { readExamples } from '../features/example-store.ts'
import { contracts } from '../stages.ts'
import { writePredictions } from './predictions-store.ts'
import { scoreExamples } from './score-examples.ts'
import { loadScorer } from './scorer-store.ts'

export const handler = door({
  ...contracts.scorePart,
  async run({ projectUri, runUri, part, model, ...occasion }) {
    const scorer = await loadScorer(projectUri, model)
    const examples = await readExamples(part, scorer.project)
    const counts = await writePredictions(runUri, part.index, scoreExamples(scorer, occasion, examples))
    return { index: part.index, rows: part.rows ?? examples.rows, ...counts }
  },
})

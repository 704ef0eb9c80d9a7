/** Writes the predictions of one part, streamed through files: `predictions/part-n.jsonl` and `scores/part-n.csv`. */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inferenceRun } from '../layout.ts'
import { putFile } from '../put-file-store.ts'
import { quoteCsv } from './quote-csv.ts'
import type { Scored } from './score-examples.ts'

export interface PredictionCounts {
  predictions: number
  lowConfidence: number
  sumPrediction: number
  flagged: number
}

const scoresHeader = 'entity_id,example_key,prediction,confidence_score,low_confidence,flagged\n'
const chunkCharacters = 1 << 18

export async function writePredictions(
  runUri: string,
  index: number,
  scored: Iterable<Scored>,
): Promise<PredictionCounts> {
  const counts: PredictionCounts = { predictions: 0, lowConfidence: 0, sumPrediction: 0, flagged: 0 }
  const directory = await mkdtemp(join(tmpdir(), 'regimen-scores-'))
  try {
    const predictions = join(directory, 'predictions.jsonl')
    const scores = join(directory, 'scores.csv')
    await using predictionsFile = await open(predictions, 'w')
    await using scoresFile = await open(scores, 'w')
    let json = ''
    let csv = scoresHeader
    const flush = async () => {
      await predictionsFile.writeFile(json)
      await scoresFile.writeFile(csv)
      json = ''
      csv = ''
    }
    for (const one of scored) {
      count(counts, one)
      json += `${JSON.stringify(one.prediction)}\n`
      csv += scoreLine(one)
      if (json.length >= chunkCharacters) await flush()
    }
    await flush()
    await putFile(inferenceRun.scoresPart(runUri, index), scores, 'text/csv')
    await putFile(inferenceRun.predictionsPart(runUri, index), predictions, 'application/x-ndjson')
    return counts
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function count(counts: PredictionCounts, { value, flagged, prediction }: Scored): void {
  counts.predictions++
  counts.sumPrediction += value
  if (prediction.lowConfidence) counts.lowConfidence++
  if (flagged) counts.flagged++
}

function scoreLine({ entityId, value, flagged, prediction }: Scored): string {
  const { exampleKey, confidenceScore, lowConfidence } = prediction
  return `${quoteCsv(entityId)},${quoteCsv(exampleKey)},${value},${confidenceScore},${lowConfidence},${flagged}\n`
}

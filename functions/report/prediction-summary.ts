/** What the predictions of a run amount to: read from `scores/part-n.csv`, and the few of `predictions/` to explain. */
import * as z from 'zod'
import type { Project } from '../project.ts'
import { scoreLines } from '../scoring/score-lines.ts'
import { openFeatures } from './disclosure.ts'
import type { ExplainedFactor } from './explained-prediction.ts'

export interface Score {
  readonly prediction: number
  readonly confidence: number
  readonly lowConfidence: boolean
  readonly flagged: boolean
}

/** The last four fields of a line: what stands before them may hold commas and quotes, and is nobody's business here. */
const ending = /,([^",]+),([^",]+),(true|false),(true|false)$/

/** @param text of a scores file or its beginning; a line that is cut off is left out. */
export function parseScores(text: string): Score[] {
  return scoreLines(text).flatMap((line) => {
    const found = ending.exec(line)
    if (found === null) return []
    const prediction = Number(found[1])
    const confidence = Number(found[2])
    return Number.isFinite(prediction) && Number.isFinite(confidence)
      ? [{ prediction, confidence, lowConfidence: found[3] === 'true', flagged: found[4] === 'true' }]
      : []
  })
}

/** Counts of values between ascending edges; what lies outside goes to the first and the last cell. */
export function countInto(edges: readonly number[], values: readonly number[]): number[] {
  const cells = Math.max(1, edges.length - 1)
  const counts = new Array<number>(cells).fill(0)
  for (const value of values) {
    const above = edges.findIndex((edge, at) => at > 0 && value < edge)
    const cell = above < 0 ? cells - 1 : above - 1
    counts[cell] = (counts[cell] ?? 0) + 1
  }
  return counts
}

/** What a report reads of a prediction: whom it is about, and which example, it does not read. */
const predictionSchema = z.object({
  confidenceScore: z.number(),
  lowConfidence: z.boolean(),
  reasons: z.array(z.string()),
  riskFactors: z.array(
    z.object({
      factorName: z.string(),
      importance: z.number(),
      direction: z.enum(['raises', 'lowers']),
      value: z.union([z.string(), z.number()]).nullable(),
    }),
  ),
})

export interface ChosenPrediction {
  readonly prediction: number
  readonly confidence: number
  /** Why the confidence is low; empty when it is not. */
  readonly reasons: readonly string[]
  readonly factors: readonly ExplainedFactor[]
}

/** The highest of the predictions read, those at three quarters and in the middle, and the lowest; highest first. */
export function choosePredictions(lines: readonly string[], project: Project): ChosenPrediction[] {
  const name = project.prediction.names.prediction
  const known = lines.flatMap((line, at) => {
    const value = predictionOf(line, name)
    return value === null ? [] : [{ at, value }]
  })
  known.sort((a, b) => b.value - a.value || a.at - b.at)
  const last = known.length - 1
  const places = new Set([0, Math.floor(last / 4), Math.floor(last / 2), last])
  return known
    .filter((_, place) => places.has(place))
    .flatMap(({ at, value }) => explain(lines[at] ?? '', value, project))
}

function predictionOf(line: string, name: string): number | null {
  // A line of a whole run's predictions is long: only the number is looked for.
  const found = new RegExp(`"${name}":(-?[0-9.eE+-]+)`).exec(line)
  const value = Number(found?.[1])
  return found === null || !Number.isFinite(value) ? null : value
}

function explain(line: string, prediction: number, project: Project): ChosenPrediction[] {
  const parsed = predictionSchema.safeParse(readJson(line))
  if (!parsed.success) return []
  const open = openFeatures(project)
  const closed = new Set(project.features.filter(({ name }) => !open.has(name)).map(({ label }) => label))
  const { confidenceScore, lowConfidence, reasons, riskFactors } = parsed.data
  return [
    {
      prediction,
      confidence: confidenceScore,
      reasons: lowConfidence ? reasons : [],
      factors: riskFactors.map(({ factorName, importance, direction, value }) => ({
        label: factorName,
        value: closed.has(factorName) ? null : value === null ? 'missing' : String(value),
        contribution: direction === 'lowers' ? -importance : importance,
      })),
    },
  ]
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

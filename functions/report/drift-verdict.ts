/** The drift of a batch in words: what moved, how much, and what to do. */
import type { Drift, FeatureDrift } from '../drift/drift.ts'
import { isExplained } from '../drift/joint-drift.ts'
import { formatCount, formatTime } from './format-number.ts'
import { html, type Markup } from './markup.ts'

export interface Verdict {
  readonly headline: string
  readonly what: string
  /** The features that moved and how far, largest effect first. */
  readonly moved: readonly string[]
  readonly advice: string
  readonly isAlarming: boolean
}

export interface VerdictOptions {
  /** How many of the drifted features are named. @default 6 */
  readonly shown?: number
  /** A model scores what has moved: it may have to be trained again. @default true */
  readonly isModel?: boolean
}

export function driftVerdict(drift: Drift, { shown = 6, isModel = true }: VerdictOptions = {}): Verdict {
  const moved = byEffect(drift).filter(([, { drifted }]) => drifted === true)
  const beyond = beyondColumns(drift)
  if (drift.status === 'insufficient-data')
    return {
      headline: 'Nothing can be said about drift',
      what: `${capital(drift.reasons.join('; '))}.`,
      moved: [],
      advice:
        'Score a larger batch, or compare several batches together, before relying on these predictions.',
      isAlarming: true,
    }
  if (moved.length === 0 && beyond.length > 0)
    return {
      headline: 'No single feature moved, but the batch did',
      what: 'Column by column the batch looks as it should:',
      moved: beyond,
      advice:
        'Ask first whether tables were joined, keyed or sorted in another way: columns that no longer go together are a usual sign. If the change is real, train again on recent data; until then, read these predictions with care.',
      isAlarming: true,
    }
  if (moved.length === 0)
    return {
      headline: 'No drift found',
      what: `None of ${Object.keys(drift.features).length - drift.insufficient.length} compared features moved${drift.insufficient.length === 0 ? '' : `; of ${drift.insufficient.length} nothing can be said`}.`,
      moved: [],
      advice: 'Nothing has to be done.',
      isAlarming: false,
    }
  const named = moved
    .slice(0, shown)
    .map(([name, feature]) => `${name}: ${feature.reason ?? 'moved'}${sinceWords(feature)}`)
  const rest = moved.length > shown ? [`and ${moved.length - shown} more, below`] : []
  return {
    headline: drift.severe ? 'Severe drift' : drift.alarm ? 'Drift that matters' : 'Some drift, no alarm',
    what: `${moved.length === 1 ? 'One feature' : `${formatCount(moved.length)} features`} of ${formatCount(Object.keys(drift.features).length - drift.insufficient.length)} moved:`,
    moved: [...named, ...rest, ...beyond],
    advice: isModel ? adviceOn(drift, moved) : firstQuestion(drift, moved),
    isAlarming: drift.alarm || drift.severe,
  }
}

/** What no column shows alone. */
function beyondColumns({ joint, predictions, estimate }: Drift): string[] {
  return [
    ...(joint?.drifted === true && !isExplained(joint) ? [capital(joint.reason)] : []),
    ...(predictions?.drifted === true ? [`The predictions: ${predictions.reason ?? 'moved'}`] : []),
    ...(estimate?.lower === true ? [capital(estimate.reason)] : []),
  ]
}

/** `, since 3 March 2026 (4 runs)`; nothing for the first time. */
export function sinceWords({ since }: FeatureDrift): string {
  if (since === undefined) return ''
  return since.runs === 1
    ? ', for the first time'
    : `, since ${formatTime(since.at)} (${formatCount(since.runs)} runs)`
}

type Moved = readonly (readonly [string, FeatureDrift])[]

function firstQuestion(drift: Drift, moved: Moved): string {
  const missing = moved.some(
    ([, { missingChange }]) => Math.abs(missingChange ?? 0) >= drift.thresholds.missingPoints,
  )
  return missing
    ? 'Ask first whether the source still delivers these columns as it did: a missing share that moved usually is a fault of the delivery.'
    : 'Ask first whether the source changed: another unit, another coding, another population.'
}

function adviceOn(drift: Drift, moved: Moved): string {
  const first = firstQuestion(drift, moved)
  if (drift.severe)
    return `${first} Every prediction of this batch is marked as of low confidence; do not act on them before the cause is known, and train again on data like this if the change is real.`
  if (drift.alarm)
    return `${first} If the change is real, train again on recent data; until then, read these predictions with care.`
  return 'The model hardly relies on what moved. Keep watching; nothing has to be done yet.'
}

/** Drifted ones first, then by effect, then by importance. */
export function byEffect({ features }: Drift): (readonly [string, FeatureDrift])[] {
  const rank = ({ drifted }: FeatureDrift) => (drifted === true ? 2 : drifted === null ? 1 : 0)
  return Object.entries(features).sort(
    ([a, x], [b, y]) =>
      rank(y) - rank(x) ||
      (y.effect ?? -1) - (x.effect ?? -1) ||
      y.importance - x.importance ||
      (a < b ? -1 : 1),
  )
}

export function verdictBlock({ headline, what, moved, advice, isAlarming }: Verdict): Markup {
  return html`<div class="verdict${isAlarming ? ' alert' : ''}"><p><strong>${headline}</strong></p><p>${what}</p>${moved.length > 0 && html`<ul>${moved.map((line) => html`<li>${line}</li>`)}</ul>`}<p>${advice}</p></div>`
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The gate: the project's minima, and a challenger that must not be worse than the champion; reasons in words. */
import type { Project } from '../project.ts'
import type { Evaluation } from './evaluation.ts'

type Gate = Evaluation['gate']
type Check = Gate['checks'][number]
type Champion = NonNullable<Evaluation['champion']>

/** A loss against the champion up to this, and within chance, is no loss: it must not keep a fresher model out. */
const toleratedLoss = { rocAuc: 0.005, rmseShare: 0.01 }

/**
 * Every minimum must hold; one whose metric cannot be computed does not. A challenger is worse than the champion when
 * the whole interval of the difference is on the wrong side, or the difference itself beyond what is tolerated.
 */
export function judgeGate(
  gates: Project['gates'],
  metrics: Evaluation['metrics'],
  champion: Champion | null,
): Gate {
  const checks = gates.map((gate) => checkMinimum(gate, metrics[gate.metric] ?? null))
  if (champion?.compared === true) checks.push(checkChampion(champion))
  const failed = checks.filter(({ passed }) => !passed)
  const said = (failed.length === 0 ? checks : failed).map(({ reason }) => reason)
  const beside = champion?.compared === false ? [champion.reason] : []
  const verdict = failed.length === 0 ? 'passed' : 'not passed'
  return {
    passed: failed.length === 0,
    summary: `${verdict}: ${[...(said.length === 0 ? ['the project sets no minimum'] : said), ...beside].join('; ')}`,
    checks,
  }
}

function checkMinimum({ metric, min, max }: Project['gates'][number], value: number | null): Check {
  const limits = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) }
  if (value === null || !Number.isFinite(value))
    return { metric, value: null, ...limits, passed: false, reason: `${metric} cannot be computed` }
  const tooLow = min !== undefined && value < min
  const tooHigh = max !== undefined && value > max
  const shown = value.toFixed(4)
  const reason = tooLow
    ? `${metric} ${shown} is below the minimum ${min}`
    : tooHigh
      ? `${metric} ${shown} is above the maximum ${max}`
      : [
          `${metric} ${shown}`,
          ...(min === undefined ? [] : [`reaches the minimum ${min}`]),
          ...(max === undefined ? [] : [`stays within the maximum ${max}`]),
        ].join(' ')
  return { metric, value, ...limits, passed: !tooLow && !tooHigh, reason }
}

function checkChampion({ metric = '', champion = 0, difference = 0, interval, reason }: Champion): Check {
  const loss = metric === 'rmse' ? difference : -difference
  const surely = interval !== undefined && (metric === 'rmse' ? interval.low > 0 : interval.high < 0)
  const tolerated = metric === 'rmse' ? toleratedLoss.rmseShare * champion : toleratedLoss.rocAuc
  return {
    metric: `${metric} against the champion`,
    value: difference,
    passed: !surely && loss <= tolerated,
    reason,
  }
}

/**
 * Tells which of two versions loses less, at any look: evidence that may be looked at as often as one likes. Each unit
 * (an entity, once) is with one version by chance of a known share, and has a loss from 0 to 1. Its weighted value has
 * the difference of the mean losses as its mean (design-based: Ham, Bojinov, Lindon, Tingley 2022, arXiv:2210.08639);
 * a fair game of bets on its sign can win 1/alpha with probability alpha at most, whenever one stops (Ville 1939).
 * The bets are a mixture of constant ones (Waudby-Smith and Ramdas 2024, JRSS-B 86(1); Cover 1991), so that
 * neither the order of the units nor that of the looks changes anything.
 */

export interface Unit {
  readonly isChallenger: boolean
  /** From 0 to 1. */
  readonly loss: number
}

export interface Design {
  /** Chance that a unit is with the challenger, above 0 and below 1. */
  readonly share: number
  /** What a loss is expected to be, from 0 to 1, known before the first unit: it only makes the test sharper. */
  readonly center: number
}

/** Parts of the greatest bet that cannot lose all; each is a game, and the capital is their mean. */
const stakes = Array.from({ length: 14 }, (_, at) => 0.5 * 2 ** (-at / 1.5))

/** The loss of the challenger less that of the champion, as one unit estimates it without bias. */
function weighted({ isChallenger, loss }: Unit, { share, center }: Design): number {
  return isChallenger ? (loss - center) / share : -(loss - center) / (1 - share)
}

/** The greatest value less the greatest difference that is asked about. */
const boundOf = ({ share }: Design) => 1 / Math.min(share, 1 - share) + 1

/**
 * Natural logarithm of the evidence that the mean difference is below (`sign` -1) or above (1) `difference`; under the
 * opposite its exponential exceeds 1/alpha with probability at most alpha over all looks together.
 */
function logEvidence(values: Float64Array, bound: number, difference: number, sign: 1 | -1): number {
  const logs = stakes.map((stake) => {
    const step = (sign * stake) / bound
    let sum = 0
    for (const value of values) sum += Math.log1p(step * (value - difference))
    return sum
  })
  const most = Math.max(...logs)
  return most + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - most), 0) / logs.length)
}

export interface Evidence {
  readonly units: { readonly champion: number; readonly challenger: number }
  /** Mean losses; null without units. */
  readonly loss: { readonly champion: number | null; readonly challenger: number | null }
  /** E-values, 1 without units: 20 is what 5 % asks for. */
  readonly challengerBetter: number
  readonly challengerWorse: number
  /** Holds the difference of the losses at all looks together with probability 1 - alpha. */
  readonly difference: { readonly low: number; readonly high: number }
}

const mostEvidence = 1e300
const steps = 24

type Bets = (difference: number, sign: 1 | -1) => number

function betsOn(units: readonly Unit[], design: Design): Bets {
  // Sums of floating point depend on their order: the units get one.
  const values = Float64Array.from(units, (unit) => weighted(unit, design)).sort()
  const bound = boundOf(design)
  return (difference, sign) => logEvidence(values, bound, difference, sign)
}

const asEvidence = (logarithm: number) => Math.min(Math.exp(logarithm), mostEvidence)

const evidenceOf = (bets: Bets) => ({
  challengerBetter: asEvidence(bets(0, -1)),
  challengerWorse: asEvidence(bets(0, 1)),
})

/** The e-values alone, of `weigh`. */
export const evidenceFor = (units: readonly Unit[], design: Design) => evidenceOf(betsOn(units, design))

/** @param units in any order; the same units give the same bits */
export function weigh(units: readonly Unit[], design: Design, alpha: number): Evidence {
  const bets = betsOn(units, design)
  const limit = Math.log(2 / alpha)
  const challenger = units.filter(({ isChallenger }) => isChallenger)
  const champion = units.filter(({ isChallenger }) => !isChallenger)
  return {
    units: { champion: champion.length, challenger: challenger.length },
    loss: { champion: meanLoss(champion), challenger: meanLoss(challenger) },
    ...evidenceOf(bets),
    difference: {
      low: edge(-1, (difference) => bets(difference, 1) < limit),
      high: edge(1, (difference) => bets(difference, -1) < limit),
    },
  }
}

/** The evidence against a difference grows with it on either side, so that halving finds where it becomes too much. */
function edge(outermost: 1 | -1, isPossible: (difference: number) => boolean): number {
  if (isPossible(outermost)) return outermost
  let [inside, outside] = [-outermost as number, outermost as number]
  for (let step = 0; step < steps; step += 1) {
    const middle = (inside + outside) / 2
    if (isPossible(middle)) inside = middle
    else outside = middle
  }
  return outside
}

function meanLoss(units: readonly Unit[]): number | null {
  if (units.length === 0) return null
  return (
    [...units]
      .map(({ loss }) => loss)
      .sort((a, b) => a - b)
      .reduce((sum, loss) => sum + loss, 0) / units.length
  )
}

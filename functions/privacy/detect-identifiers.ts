/** Finds columns that hold identifiers, by their names and by a sample of their values; a finding holds no value. */
import { type IdentifierName, identifierNames, kindOf } from './identifier-kinds.ts'

export interface IdentifierFinding {
  readonly column: string
  readonly kind: IdentifierName | 'age'
  /** Item of the Safe Harbor list, A to R. */
  readonly item: string
  readonly words: string
  /** What the column is to be classed as. */
  readonly phi: 'direct' | 'quasi'
  readonly by: 'name' | 'value' | 'both'
  /** Of the sampled values, those that look so, 0 to 1. */
  readonly share: number
}

export interface SampledTexts {
  readonly sampled: number
  /** `<kind>`: values that nothing else looks like; `like <kind>`: for kinds that the name suggests; `within <kind>`. */
  readonly found: Readonly<Record<string, number>>
}

/** Enough to tell a column's kind. */
export const sampledTexts = 200
const leastTexts = 5
const leastShare = 0.8
/** Of a name's own column not all values need be well-formed. */
const leastLikeShare = 0.6
const leastWithinShare = 0.02
const longText = 40

/** `memberNbr2` and `member_nbr_2` are ` member nbr 2 `. */
export const wordsOf = (name: string) =>
  ` ${name
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .replace(/(\p{L})(\d)/gu, '$1 $2')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .toLowerCase()} `

/** The kinds that a column's name suggests, the most special one first. */
export function kindsByName(name: string): IdentifierName[] {
  const words = wordsOf(name)
  return identifierNames.filter((kind) => {
    const { name: pattern, unless } = kindOf(kind)
    return pattern?.test(words) === true && unless?.test(words) !== true
  })
}

/** @param texts distinct cells of the column, missing ones left out. */
export function countIdentifiers(column: string, texts: readonly string[]): SampledTexts {
  const found: Record<string, number> = {}
  const add = (key: string) => {
    found[key] = (found[key] ?? 0) + 1
  }
  const suggested = kindsByName(column)
  for (const whole of texts.slice(0, sampledTexts)) {
    const text = whole.trim()
    for (const kind of suggested) if (kindOf(kind).like(text)) add(`like ${kind}`)
    for (const kind of identifierNames) {
      const { is, within } = kindOf(kind)
      if (text.length <= 2 * longText && is?.(text) === true) add(kind)
      else if (text.length >= longText / 2 && /\s/.test(text) && within?.test(text) === true)
        add(`within ${kind}`)
    }
  }
  return { sampled: Math.min(texts.length, sampledTexts), found }
}

/**
 * @param column how many rows have a value, and how many distinct values there are.
 * @returns undefined where neither name nor values point at a kind.
 */
export function detectIdentifier(
  name: string,
  { sampled, found }: SampledTexts,
  { count, distinct }: { count: number; distinct: number },
): IdentifierFinding | undefined {
  if (sampled === 0) return undefined
  const share = (key: string) => (found[key] ?? 0) / sampled
  const suggested = kindsByName(name).filter((kind) =>
    isPlausible(kind, share(`like ${kind}`), { count, distinct }),
  )
  const byValue =
    sampled < leastTexts
      ? []
      : identifierNames.filter((kind) => share(kind) >= leastShare || isScattered(kind, name, share))
  const best = byValue.find((kind) => suggested.includes(kind)) ?? byValue[0] ?? suggested[0]
  if (best === undefined) return undefined
  const { item, words, phi } = kindOf(best)
  const both = suggested.includes(best) && byValue.includes(best)
  return {
    column: name,
    kind: best,
    item,
    words,
    phi,
    by: both ? 'both' : byValue.includes(best) ? 'value' : 'name',
    share: Math.max(share(best), share(`like ${best}`), share(`within ${best}`)),
  }
}

/** Of names, the common ones are known: fewer are enough where the column is called a name. Amid texts, a few are. */
function isScattered(kind: IdentifierName, column: string, share: (key: string) => number): boolean {
  if (kind === 'name') return share('name') >= (/ (?:name|nm) /.test(wordsOf(column)) ? 0.1 : 0.4)
  return share(`within ${kind}`) >= leastWithinShare
}

/** Few levels are a code list, whatever their column is called; a key has nearly as many values as rows. */
function isPlausible(
  kind: IdentifierName,
  likeShare: number,
  { count, distinct }: { count: number; distinct: number },
): boolean {
  if (likeShare < leastLikeShare) return false
  if (kind === 'code') return distinct >= Math.max(20, 0.1 * count)
  return distinct >= Math.min(10, Math.max(2, count / 2))
}

/** Which side of the split an entity's rows go to: by hash alone, so that it is reproducible and needs no shuffle. */
import { createHash } from 'node:crypto'
import { type Side, sides } from '../layout.ts'
import type { Project } from '../project.ts'

export type Split = Pick<Project['split'], Side>

/** Entities are told apart in 10,000 slots. */
export const slots = 10_000

/** First 8 hexadecimal digits of md5(text) modulo 10,000. */
export function slotOf(text: string): number {
  return Number.parseInt(createHash('md5').update(text, 'utf8').digest('hex').slice(0, 8), 16) % slots
}

/** The first slot beyond each side, in the order of `sides`; the last is 10,000. */
export function bounds(split: Split): readonly { side: Side; end: number }[] {
  let share = 0
  return sides.map((side) => {
    share += split[side]
    return { side, end: side === 'test' ? slots : Math.round(share * slots) }
  })
}

export function sideOf(entity: string, seed: number, split: Split): Side {
  const slot = slotOf(`${seed}:${entity}`)
  return bounds(split).find(({ end }) => slot < end)?.side ?? 'test'
}

/** Whether a run leaves this entity out everywhere; `holdout` is a share, 0 to 1. */
export function isHeldOut(entity: string, seed: number, holdout: number): boolean {
  return slotOf(`holdout:${seed}:${entity}`) < Math.round(holdout * slots)
}

const slotSql = (prefix: string, entitySql: string) =>
  `(CAST('0x' || substr(md5('${prefix}' || ${entitySql}), 1, 8) AS UBIGINT) % ${slots})`

/** `sideOf` as a DuckDB expression over an expression that yields the entity as text. */
export function sideSql(entitySql: string, seed: number, split: Split): string {
  const cases = bounds(split).map(({ side, end }) => `WHEN slot < ${end} THEN '${side}'`)
  const slot = slotSql(`${seed}:`, entitySql)
  return `CASE ${cases.map((when) => when.replace('slot', slot)).join(' ')} END`
}

/** `isHeldOut` as a DuckDB expression. */
export function heldOutSql(entitySql: string, seed: number, holdout: number): string {
  if (holdout === 0) return 'false'
  return `${slotSql(`holdout:${seed}:`, entitySql)} < ${Math.round(holdout * slots)}`
}

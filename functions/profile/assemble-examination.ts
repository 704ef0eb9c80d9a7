/** Makes an examination of what was gathered for its plan, from whatever holds the cells. */
import { countIdentifiers } from '../privacy/detect-identifiers.ts'
import { codeLevels, correlationRatio, cramersV } from './associations.ts'
import { type Examination, farthest } from './examination.ts'
import type { ExaminationPlan, ExamineOptions, MixedType } from './examination-plan.ts'
import { isolatedRows } from './isolated-rows.ts'

/** Lists go along with those of the plan. Rows are those of the part, from 1. */
export interface Gathered {
  readonly blocks: readonly {
    readonly first: number
    readonly rows: number
    /** Missing cells, per column. */
    readonly missing: readonly number[]
  }[]
  /** The lowest and the highest values beyond the fence, `keptExtremes` each; per column. */
  readonly beyond: readonly { readonly values: ArrayLike<number>; readonly rows: ArrayLike<number> }[]
  readonly sample: {
    readonly rows: Float64Array
    /** NaN is missing. */
    readonly numbers: readonly Float64Array[]
    readonly levels: readonly (readonly (string | null)[])[]
  }
  readonly texts: readonly (readonly (string | null)[])[]
  /** Cells that are not of the type, and the first of them; undefined for what is no column of it. */
  readonly mixed: readonly (
    | { readonly type: MixedType; readonly count: number; readonly row: number }
    | undefined
  )[]
  readonly keys: readonly {
    /** Rows that repeat an earlier one's key, and the first of them (0 where there is none). */
    readonly repeated: number
    readonly row: number
    /** The smallest hashes and how often each occurs. */
    readonly hashes: [string, number][]
  }[]
}

export function assembleExamination(
  plan: ExaminationPlan,
  gathered: Gathered,
  { part, seed, whole = false }: ExamineOptions,
): Examination {
  const { sample } = gathered
  const numbers = zip(plan.sample.numbers, sample.numbers)
  return {
    blocks: gathered.blocks.map(({ first, rows, missing }) => ({
      ...{ part: part.index, firstRow: part.firstRow + first - 1, rows },
      missing: Object.fromEntries(zip(plan.missing.columns, missing).filter(([, count]) => count > 0)),
    })),
    extremes: Object.fromEntries(
      zip(plan.outliers, gathered.beyond).map(([name, { values, rows }]) => {
        const found = Array.from(rows, (row, at) => ({ value: values[at] as number, part: part.index, row }))
        return [name, farthest(found)] as const
      }),
    ),
    isolation: {
      sampled: sample.rows.length,
      ...isolatedRows({ part: part.index, rows: sample.rows, columns: numbers }, seed),
    },
    identifiers: Object.fromEntries(
      zip(plan.texts.columns, gathered.texts).map(([name, texts]) => {
        const distinct = new Set(texts.filter((text) => text !== null))
        return [name, countIdentifiers(name, [...distinct])] as const
      }),
    ),
    mixed: Object.fromEntries(
      zip(plan.mixed.columns, gathered.mixed).flatMap(([name, found]) => {
        if (found === undefined || found.count === 0) return []
        const { type, count, row } = found
        return [[name, { type, count, first: { part: part.index, row } }] as const]
      }),
    ),
    keys: gathered.keys.map(({ repeated, row, hashes }, at) => ({
      columns: [...(plan.keys[at]?.columns ?? [])],
      repeated,
      ...(row > 0 ? { first: { part: part.index, row } } : {}),
      hashes,
    })),
    ...(whole ? { associations: associate(zip(plan.sample.levels, sample.levels), numbers) } : {}),
  }
}

/** With the name of its column each. */
function zip<Found>(
  columns: readonly { readonly column: { readonly name: string } }[],
  found: readonly Found[],
): [string, Found][] {
  return found.map((each, at) => [columns[at]?.column.name ?? '', each])
}

function associate(
  levels: readonly (readonly [string, readonly (string | null)[]])[],
  numbers: readonly (readonly [string, Float64Array])[],
): NonNullable<Examination['associations']> {
  const found: NonNullable<Examination['associations']> = []
  const coded = levels.map(([name, texts]) => [name, codeLevels(texts)] as const)
  for (const [at, [name, codes]] of coded.entries()) {
    for (const [other, others] of coded.slice(at + 1)) {
      const value = cramersV(codes, others)
      if (value !== null) found.push({ columns: [name, other], kind: 'cramers-v', value })
    }
    for (const [other, values] of numbers) {
      const value = correlationRatio(codes, values)
      if (value !== null) found.push({ columns: [name, other], kind: 'correlation-ratio', value })
    }
  }
  return found
}

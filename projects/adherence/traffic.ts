/** Encounters as they come in week by week, their outcomes later; in the drifted world illness protects and wards treat more. */
import type { Traffic } from '../rehearsal.ts'
import { brands, columns } from './columns.ts'
import { generate } from './generate.ts'

const outcome = 'readmitted'
const names = columns.map(({ name }) => name)
/** Discharges after which nobody comes back: features.sql leaves them out. */
const gone = new Set(['11', '13', '14', '19', '20', '21'])

export const traffic: Traffic = {
  rows: ({ seed, rows, first, drifted }) =>
    generate({ seed, encounters: rows, first, ...(drifted ? { effect: -1.5, moved: true } : {}) }),
  undecided(table) {
    const at = names.indexOf(outcome)
    return `${lines(table)
      .map((line) => line.split(',').toSpliced(at, 1).join(','))
      .join('\n')}\n`
  },
  labels(table) {
    const [at, id, discharge] = [outcome, 'encounter_id', 'discharge_disposition_id'].map((name) =>
      names.indexOf(name),
    )
    const doses = brands.map((brand) => [brand, names.indexOf(brand)] as const)
    const labels = lines(table)
      .slice(1)
      .map((line) => line.split(','))
      .filter((cells) => !gone.has(cells[discharge ?? -1] ?? ''))
      .flatMap((cells) =>
        doses
          .filter(([, dose]) => cells[dose] !== 'No')
          .map(([brand]) => `${cells[id ?? -1]}:${brand},${cells[at ?? -1] === '<30' ? 1 : 0}`),
      )
    return `example_key,label\n${labels.join('\n')}\n`
  },
}

const lines = (table: string): string[] => table.trimEnd().split('\n')

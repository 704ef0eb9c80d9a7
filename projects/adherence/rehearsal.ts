/** Later batches of encounters: other patients as they are, the same with three columns moved, and the newest ones. */
import type { Rehearsal } from '../rehearsal.ts'
import { generate } from './generate.ts'
import { traffic } from './traffic.ts'

/** The outcome of a later batch is not known yet. */
const undecided = '* EXCLUDE (readmitted)'

export const rehearsal: Rehearsal = {
  generate: ({ seed, rows, opposite = false }) =>
    generate({ seed, encounters: rows, effect: opposite ? -2 : 1 }),
  traffic,
  rows: 20_000,
  batches: {
    steady: { title: 'other patients', sql: `SELECT ${undecided} FROM batch`, shifted: [] },
    shifted: {
      title: 'other patients, three columns moved',
      sql: `SELECT ${undecided} REPLACE (
          (num_medications::INTEGER + 5)::VARCHAR AS num_medications,
          (num_lab_procedures::INTEGER + 12)::VARCHAR AS num_lab_procedures,
          CASE WHEN payer_code = 'MC' OR payer_code IS NULL AND encounter_id::BIGINT % 3 = 0 THEN 'HM' ELSE payer_code END AS payer_code
        ) FROM batch`,
      shifted: ['num_medications', 'num_lab_procedures', 'payer_code'],
    },
    latest: {
      title: 'the newest encounters of these patients',
      sql: `SELECT ${undecided} FROM batch ORDER BY encounter_id::BIGINT DESC LIMIT 5000`,
    },
  },
}

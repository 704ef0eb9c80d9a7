/**
 * A seeded stand-in for the public table, same schema: patients with a latent severity that drives their utilisation,
 * drugs and outcome. Unlike the real table it plants a true effect of brand, so that brand sensitivity can be tested.
 */
import { type Random, seededRandom } from '../../functions/statistics/seeded-random.ts'
import { ageBands, brands, columns, weightBands } from './columns.ts'

export interface GeneratorOptions {
  /** Any integer; the same seed gives the same table. */
  readonly seed?: number
  /** Rows; about seven patients in ten have one encounter. */
  readonly encounters?: number
  /** How strongly illness, stays and drugs move the outcome: 1 as usual, 0 not at all, −2 twice as much, the other way round. */
  readonly effect?: number
  /** Encounters of tables before this one: its patients and encounters are others. @default 0 */
  readonly first?: number
  /** Moves patients and what is done for them: more medications, more laboratory tests. @default false */
  readonly moved?: boolean
}

/** Of what moves the outcome, so that another effect leaves about as many cases. */
const meanPull = 0.6

/** Added to the log-odds of readmission for whoever takes the brand; 0 for brands that are not named. */
export const plantedBrandEffect: Readonly<Record<string, number>> = {
  insulin: 0.45,
  metformin: -0.5,
  glyburide: 0.25,
  pioglitazone: -0.2,
  rosiglitazone: 0.5,
}

/** How often each brand is prescribed to a patient of average severity. */
const prescribing: Readonly<Record<string, number>> = {
  insulin: 0.52,
  metformin: 0.24,
  glipizide: 0.13,
  glyburide: 0.11,
  pioglitazone: 0.08,
  rosiglitazone: 0.07,
  glimepiride: 0.05,
  repaglinide: 0.015,
  nateglinide: 0.007,
  'glyburide-metformin': 0.007,
  acarbose: 0.003,
}

const diagnoses: readonly (readonly [code: string, weight: number, severity: number])[] = [
  ['428', 7, 1],
  ['414', 7, 0.2],
  ['786', 4, -0.5],
  ['410', 4, 0.3],
  ['486', 4, 0.4],
  ['427', 4, 0.3],
  ['276', 6, 0.5],
  ['250.02', 5, 0],
  ['250.8', 3, 0.2],
  ['401', 7, -0.4],
  ['496', 4, 0.5],
  ['599', 3, 0.1],
  ['403', 3, 0.9],
  ['585', 3, 0.9],
  ['715', 2, -0.8],
  ['682', 2, 0],
  ['434', 2, 0.3],
  ['V57', 1, -0.2],
  ['E932', 1, 0],
]

/** Yields the header and then one line per encounter, each ended by a line feed. */
export function* generate({
  seed = 1,
  encounters = 20_000,
  effect = 1,
  first = 0,
  moved = false,
}: GeneratorOptions = {}): Generator<string> {
  const random = seededRandom(seed)
  yield `${columns.map(({ name }) => name).join(',')}\n`
  let patient = 1_000 + first * 10
  for (let encounter = 0; encounter < encounters; ) {
    patient += 1 + Math.floor(random() * 9)
    const person = newPatient(random, patient)
    let inpatient = count(random, Math.exp(-1.1 + 0.7 * person.severity))
    for (let visit = 0; visit < person.visits && encounter < encounters; visit++, encounter++) {
      const made = newEncounter(random, person, inpatient, 10_000 + (first + encounter) * 7, effect)
      const row = moved ? move(made) : made
      inpatient += row.readmitted === 'NO' ? 0 : 1
      yield `${columns.map(({ name }) => row[name] ?? '?').join(',')}\n`
    }
  }
}

/** Another ward: five more medications and twelve more laboratory tests for everybody, and another payer for many. */
const move = (row: Record<string, string>): Record<string, string> => ({
  ...row,
  num_medications: String(Math.min(81, Number(row.num_medications) + 5)),
  num_lab_procedures: String(Math.min(132, Number(row.num_lab_procedures) + 12)),
  payer_code: row.payer_code === 'MC' ? 'HM' : (row.payer_code ?? '?'),
})

interface Patient {
  readonly id: number
  /** Standard normal: how ill. */
  readonly severity: number
  readonly age: number
  readonly race: string
  readonly gender: string
  readonly weight: string
  readonly payer: string
  readonly visits: number
  readonly drugs: ReadonlySet<string>
}

function newPatient(random: Random, id: number): Patient {
  const severity = normal(random)
  const drugs = brands.filter(
    (brand) => random() < (prescribing[brand] ?? 0.0005) * Math.exp(0.15 * severity),
  )
  return {
    id,
    severity,
    age: clamp(Math.round(6.1 + 1.5 * normal(random) + 0.3 * severity), 0, 9),
    race: pick(random, [
      ['Caucasian', 75],
      ['AfricanAmerican', 19],
      ['?', 2],
      ['Hispanic', 2],
      ['Other', 1.5],
      ['Asian', 0.5],
    ]),
    gender: random() < 0.54 ? 'Female' : 'Male',
    weight: random() < 0.97 ? '?' : (weightBands[clamp(Math.round(3 + 1.2 * normal(random)), 0, 8)] ?? '?'),
    payer: pick(random, [
      ['?', 40],
      ['MC', 32],
      ['HM', 6],
      ['SP', 5],
      ['BC', 5],
      ['MD', 4],
      ['CP', 3],
      ['UN', 2],
    ]),
    visits: 1 + count(random, 0.42 * Math.exp(0.5 * severity)),
    drugs: new Set(drugs),
  }
}

function newEncounter(
  random: Random,
  patient: Patient,
  inpatient: number,
  id: number,
  effect: number,
): Record<string, string> {
  const { severity } = patient
  const emergency = count(random, Math.exp(-2 + 0.8 * severity))
  const days = clamp(1 + count(random, Math.exp(1.1 + 0.25 * severity)), 1, 14)
  const medications = clamp(1 + count(random, 11 + 1.2 * days + 1.5 * severity), 1, 81)
  const a1c = pick(random, [
    ['None', 83],
    ['Norm', 5],
    ['>7', 4],
    ['>8', 8 * Math.exp(0.2 * severity)],
  ])
  const chosen = [1, 2, 3].map(() =>
    pick(
      random,
      diagnoses.map(([code, weight, pull]) => [code, weight * Math.exp(0.4 * pull * severity)] as const),
    ),
  )
  const doses = new Map<string, string>(
    [...patient.drugs].map((brand) => [
      brand,
      pick(
        random,
        brand === 'insulin'
          ? [
              ['Steady', 57],
              ['Up', 21],
              ['Down', 22],
            ]
          : [
              ['Steady', 90],
              ['Up', 6],
              ['Down', 4],
            ],
      ),
    ]),
  )
  const changed = [...doses.values()].some((dose) => dose !== 'Steady') || (doses.size > 1 && random() < 0.4)
  const brandEffect = [...doses.keys()].reduce((sum, brand) => sum + (plantedBrandEffect[brand] ?? 0), 0)
  const discharge = pick(random, [
    ['1', 59],
    ['3', 14 + 4 * Math.max(0, severity)],
    ['6', 13],
    ['2', 2],
    ['22', 2],
    ['5', 1.2],
    ['11', 1.6 * Math.exp(0.4 * severity)],
    ['18', 3.6],
  ])
  const pull =
    0.5 * severity +
    0.35 * Math.min(inpatient, 6) +
    0.2 * Math.min(emergency, 4) +
    0.06 * (days - 4) +
    (a1c === '>8' ? 0.3 : 0) +
    (discharge === '3' || discharge === '22' ? 0.45 : 0) +
    brandEffect
  const logOdds = -3.1 + meanPull + effect * (pull - meanPull)
  const early = random() < 1 / (1 + Math.exp(-logOdds))
  return {
    encounter_id: String(id),
    patient_nbr: String(patient.id),
    race: patient.race,
    gender: patient.gender,
    age: ageBands[patient.age] ?? '?',
    weight: patient.weight,
    admission_type_id: pick(random, [
      ['1', 53],
      ['3', 19],
      ['2', 18],
      ['6', 5],
      ['5', 5],
    ]),
    discharge_disposition_id: discharge,
    admission_source_id: pick(random, [
      ['7', 57],
      ['1', 29],
      ['17', 7],
      ['4', 3],
      ['6', 2],
      ['2', 2],
    ]),
    time_in_hospital: String(days),
    payer_code: patient.payer,
    medical_specialty: pick(random, [
      ['?', 49],
      ['InternalMedicine', 15],
      ['Emergency/Trauma', 8],
      ['Family/GeneralPractice', 8],
      ['Cardiology', 5],
      ['Surgery-General', 3],
      ['Nephrology', 2 * Math.exp(0.5 * severity)],
      ['Orthopedics', 1.5],
    ]),
    num_lab_procedures: String(clamp(Math.round(43 + 18 * normal(random) + 3 * severity), 1, 132)),
    num_procedures: String(Math.min(6, count(random, 1.3))),
    num_medications: String(medications),
    number_outpatient: String(Math.min(42, count(random, 0.35 * Math.exp(0.4 * severity)))),
    number_emergency: String(Math.min(76, emergency)),
    number_inpatient: String(Math.min(21, inpatient)),
    diag_1: chosen[0] ?? '?',
    diag_2: random() < 0.004 ? '?' : (chosen[1] ?? '?'),
    diag_3: random() < 0.014 ? '?' : (chosen[2] ?? '?'),
    number_diagnoses: String(clamp(Math.round(7.4 + 1.7 * normal(random) + 0.5 * severity), 1, 16)),
    max_glu_serum: pick(random, [
      ['None', 94.7],
      ['Norm', 2.6],
      ['>200', 1.5],
      ['>300', 1.2],
    ]),
    A1Cresult: a1c,
    ...Object.fromEntries(brands.map((brand) => [brand, doses.get(brand) ?? 'No'])),
    change: changed ? 'Ch' : 'No',
    diabetesMed: doses.size > 0 ? 'Yes' : 'No',
    readmitted: early ? '<30' : random() < 0.39 ? '>30' : 'NO',
  }
}

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/** Standard normal (Box and Muller 1958). */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** Poisson (Knuth, The Art of Computer Programming, vol. 2, 3.4.1); for means far below 700. */
function count(random: Random, mean: number): number {
  const limit = Math.exp(-mean)
  let product = random()
  let events = 0
  while (product > limit) {
    product *= random()
    events++
  }
  return events
}

/** One of the levels, by weight. */
function pick(random: Random, levels: readonly (readonly [level: string, weight: number])[]): string {
  let rest = random() * levels.reduce((sum, [, weight]) => sum + weight, 0)
  for (const [level, weight] of levels) {
    rest -= weight
    if (rest < 0) return level
  }
  return levels.at(-1)?.[0] ?? '?'
}

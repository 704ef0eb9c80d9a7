/** The source table: UCI "Diabetes 130-US hospitals 1999-2008", one row per encounter, 50 columns, `?` is missing. */
import type { ProjectInput } from '../../functions/project.ts'

type Column = ProjectInput['source']['columns'][number]

/** The 23 prescribed brands, each a column of the table that tells how the dose changed. */
export const brands = [
  'metformin',
  'repaglinide',
  'nateglinide',
  'chlorpropamide',
  'glimepiride',
  'acetohexamide',
  'glipizide',
  'glyburide',
  'tolbutamide',
  'pioglitazone',
  'rosiglitazone',
  'acarbose',
  'miglitol',
  'troglitazone',
  'tolazamide',
  'examide',
  'citoglipton',
  'insulin',
  'glyburide-metformin',
  'glipizide-metformin',
  'glimepiride-pioglitazone',
  'metformin-rosiglitazone',
  'metformin-pioglitazone',
] as const

export const doses = ['No', 'Steady', 'Up', 'Down']

export const ageBands = Array.from({ length: 10 }, (_, decade) => `[${decade * 10}-${decade * 10 + 10})`)
export const weightBands = [
  ...Array.from({ length: 8 }, (_, step) => `[${step * 25}-${step * 25 + 25})`),
  '>200',
]

const category = (name: string, description: string, more: Partial<Column> = {}): Column => ({
  name,
  type: 'category',
  description,
  ...more,
})
const tally = (name: string, description: string, max: number): Column => ({
  name,
  type: 'integer',
  min: 0,
  max,
  description,
})
const diagnosis = (name: string, rank: string) =>
  category(name, `${rank} diagnosis, an ICD-9 code`, { nullable: true, phi: 'quasi' })

export const columns: Column[] = [
  { name: 'encounter_id', type: 'identifier', phi: 'direct', description: 'the encounter' },
  { name: 'patient_nbr', type: 'identifier', phi: 'direct', description: 'the patient' },
  category('race', 'race as recorded', {
    nullable: true,
    phi: 'quasi',
    levels: ['Caucasian', 'AfricanAmerican', 'Hispanic', 'Asian', 'Other'],
  }),
  category('gender', 'gender as recorded', { phi: 'quasi', levels: ['Female', 'Male', 'Unknown/Invalid'] }),
  category('age', 'age in bands of ten years', { phi: 'quasi', levels: ageBands }),
  category('weight', 'weight in pounds, in bands', { nullable: true, phi: 'quasi', levels: weightBands }),
  category('admission_type_id', 'kind of admission, a code'),
  category('discharge_disposition_id', 'where the patient went, a code'),
  category('admission_source_id', 'where the patient came from, a code'),
  { ...tally('time_in_hospital', 'days between admission and discharge', 60), min: 1 },
  category('payer_code', 'who pays', { nullable: true }),
  category('medical_specialty', 'specialty of the admitting physician', { nullable: true }),
  tally('num_lab_procedures', 'laboratory tests during the encounter', 400),
  tally('num_procedures', 'procedures other than laboratory tests', 50),
  tally('num_medications', 'distinct medications given', 200),
  tally('number_outpatient', 'outpatient visits in the year before', 400),
  tally('number_emergency', 'emergency visits in the year before', 400),
  tally('number_inpatient', 'inpatient stays in the year before', 200),
  diagnosis('diag_1', 'primary'),
  diagnosis('diag_2', 'secondary'),
  diagnosis('diag_3', 'further'),
  tally('number_diagnoses', 'diagnoses entered', 40),
  category('max_glu_serum', 'glucose serum test', { levels: ['None', 'Norm', '>200', '>300'] }),
  category('A1Cresult', 'HbA1c test', { levels: ['None', 'Norm', '>7', '>8'] }),
  ...brands.map((brand) =>
    category(brand, `${brand}: not prescribed, or how its dose changed`, { levels: doses }),
  ),
  category('change', 'whether any diabetes medication was changed', { levels: ['No', 'Ch'] }),
  category('diabetesMed', 'whether any diabetes medication was prescribed', { levels: ['Yes', 'No'] }),
  category('readmitted', 'readmission after discharge', { outcome: true, levels: ['<30', '>30', 'NO'] }),
]

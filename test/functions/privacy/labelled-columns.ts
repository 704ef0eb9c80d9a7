/** A labelled fixture: columns that hold identifiers of every Safe Harbor item, and columns that only look so. */
import { type Random, seededRandom } from '../../../functions/statistics/seeded-random.ts'

export interface LabelledColumn {
  readonly name: string
  /** Items of the list that an answer may name; none for a column that identifies nobody. */
  readonly items: readonly string[]
  readonly values: readonly string[]
}

export const rowsOfFixture = 300

type Make = (random: Random, row: number) => string

const digits = (random: Random, count: number) =>
  Array.from({ length: count }, () => Math.floor(random() * 10)).join('')
const below = (random: Random, limit: number) => Math.floor(random() * limit)
const pick = <Value>(random: Random, values: readonly Value[]): Value => values[below(random, values.length)]!
const two = (value: number) => String(value).padStart(2, '0')

const given =
  'James Mary Robert Patricia John Linda Michael Barbara William Susan Carlos Maria Wei Priya Olga'.split(' ')
const family =
  'Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Okafor Nguyen Petrov Tanaka Silva Novak Kaya'.split(
    ' ',
  )
const streets = 'Oak Maple Cedar Pine Elm Washington Lake Hill Walnut Spring'.split(' ')
const places =
  'Springfield Riverton Fairview Georgetown Salem Madison Clinton Arlington Ashland Dover Oxford Milton Newport Auburn'.split(
    ' ',
  )

const ssn: Make = (random) =>
  `${100 + below(random, 500)}-${two(1 + below(random, 98))}-${String(1 + below(random, 9_998)).padStart(4, '0')}`
const phone: Make = (random) =>
  `(${200 + below(random, 700)}) ${200 + below(random, 700)}-${digits(random, 4)}`
const dashed: Make = (random) =>
  `${200 + below(random, 700)}-${200 + below(random, 700)}-${digits(random, 4)}`
const isoDay: Make = (random) =>
  `${1930 + below(random, 90)}-${two(1 + below(random, 12))}-${two(1 + below(random, 28))}`
const usDay: Make = (random) =>
  `${1 + below(random, 12)}/${1 + below(random, 28)}/${1930 + below(random, 90)}`
const email: Make = (random) =>
  `${pick(random, given).toLowerCase()}.${pick(random, family).toLowerCase()}${digits(random, 2)}@example.org`
const fullName: Make = (random) => `${pick(random, given)} ${pick(random, family)}`
const hex = (random: Random, count: number) =>
  Array.from({ length: count }, () => below(random, 16).toString(16)).join('')

function withLuhn(body: string): string {
  let sum = 0
  for (const [at, digit] of [...body].reverse().entries()) {
    const weighed = at % 2 === 0 ? Number(digit) * 2 : Number(digit)
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return `${body}${(10 - (sum % 10)) % 10}`
}

function vin(random: Random): string {
  const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789'
  const body = Array.from({ length: 17 }, () => pick(random, [...letters]))
  const values: Record<string, number> = {}
  for (const [at, letter] of [...'ABCDEFGH'].entries()) values[letter] = at + 1
  for (const [at, letter] of [...'JKLMN'].entries()) values[letter] = at + 1
  Object.assign(values, { P: 7, R: 9 })
  for (const [at, letter] of [...'STUVWXYZ'].entries()) values[letter] = at + 2
  const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
  const sum = body.reduce((all, letter, at) => all + (values[letter] ?? Number(letter)) * weights[at]!, 0)
  body[8] = sum % 11 === 10 ? 'X' : String(sum % 11)
  return body.join('')
}

const unique =
  (prefix: string, width: number): Make =>
  (_, row) =>
    `${prefix}${String(10 ** (width - 1) + row * 7_919).slice(0, width)}`
const number: Make = (random, row) => String(1_000_000 + row * 37 + below(random, 30))

/** Name, items, how a value is made. */
const identifying: readonly [string, string, Make][] = [
  ['first_name', 'A', (random) => pick(random, given)],
  ['LastName', 'A', (random) => pick(random, family)],
  ['patient_name', 'A', fullName],
  ['next_of_kin', 'A', fullName],
  ['contact', 'A', fullName],
  ['col_17', 'A', fullName],
  ['mother_maiden_name', 'A', (random) => pick(random, family)],
  ['attending_physician_name', 'A', fullName],
  ['surname', 'A', (random) => pick(random, family)],
  ['guardian', 'A', fullName],
  ['insured', 'A', (random) => `${pick(random, family)}, ${pick(random, given)}`],
  ['pt_nm', 'A', fullName],
  [
    'rendering_provider',
    'A',
    (random) => `${pick(random, family)}, ${pick(random, given)} ${pick(random, ['A', 'B'])}.`,
  ],
  ['address_line_2', 'B', (random) => `Apt ${digits(random, 2)}${pick(random, ['A', 'B', 'C'])}`],
  ['birthplace', 'B', (random) => pick(random, places)],
  ['home_address', 'B', (random) => `${1 + below(random, 9_000)} ${pick(random, streets)} Street`],
  ['addr1', 'B', (random) => `${1 + below(random, 900)} ${pick(random, streets)} Ave`],
  ['field_b', 'B', (random) => `${1 + below(random, 9_000)} N ${pick(random, streets)} Rd`],
  ['zip', 'B', (random) => digits(random, 5)],
  ['zip_code', 'B', (random) => digits(random, 5)],
  ['PostalCode', 'B', (random) => `${digits(random, 5)}-${digits(random, 4)}`],
  ['region9', 'B', (random) => `${digits(random, 5)}-${digits(random, 4)}`],
  ['city', 'B', (random) => pick(random, places)],
  ['county', 'B', (random) => pick(random, places)],
  ['latitude', 'B', (random) => (25 + random() * 20).toFixed(5)],
  ['lon', 'B', (random) => (-120 + random() * 40).toFixed(5)],
  ['census_tract', 'B', (random) => digits(random, 6)],
  ['dob', 'C', isoDay],
  ['birth_date', 'C', usDay],
  ['DateOfBirth', 'C', isoDay],
  ['admission_date', 'C', isoDay],
  ['discharged', 'C', usDay],
  ['visit_dt', 'C', isoDay],
  ['date_of_death', 'C', isoDay],
  ['x3', 'C', (random) => `${1 + below(random, 28)}-Mar-${1960 + below(random, 40)}`],
  ['collected_at', 'C', (random, row) => `${isoDay(random, row)}T${two(below(random, 24))}:15:00Z`],
  ['birthdate', 'C', usDay],
  ['last_seen', 'C', (random, row) => `${isoDay(random, row)} ${two(below(random, 24))}:05:11`],
  ['tel_no', 'D', (random) => `555${digits(random, 7)}`],
  ['emergency_contact_number', 'D,R', dashed],
  ['phone', 'D', phone],
  ['home_phone', 'D', dashed],
  ['MobileNumber', 'D', (random) => digits(random, 10)],
  ['tel', 'D', (random) => `+44 20 7${digits(random, 3)} ${digits(random, 4)}`],
  ['v_22', 'D', phone],
  ['pager', 'D', dashed],
  ['fax', 'E,D', phone],
  ['fax_number', 'E,D', (random) => digits(random, 10)],
  ['email', 'F', email],
  ['EmailAddress', 'F', email],
  ['login_contact', 'F', email],
  ['ssn', 'G', ssn],
  [
    'social_security_number',
    'G',
    (random) => `${100 + below(random, 500)}${two(1 + below(random, 98))}${1_000 + below(random, 8_000)}`,
  ],
  ['c9', 'G', ssn],
  ['tax_id', 'G', ssn],
  ['ssn_last4', 'G', (random) => digits(random, 4)],
  ['cust_no', 'R', unique('', 6)],
  ['insured_id_num', 'I,R', unique('', 9)],
  ['mrn', 'H', unique('', 7)],
  ['medical_record_number', 'H', unique('', 8)],
  ['MedicalRecordNo', 'H', unique('A', 7)],
  ['chart_number', 'H,R', unique('', 6)],
  ['f_44', 'H', unique('MRN', 7)],
  ['health_plan_id', 'I,R', unique('HP', 8)],
  ['policy_number', 'I,R', unique('P', 9)],
  ['member_id', 'I,R', unique('M', 8)],
  ['medicare_number', 'I,R', unique('', 9)],
  ['account_number', 'J,R', unique('', 9)],
  ['credit_card_no', 'J,R', (random) => withLuhn(`4${digits(random, 14)}`)],
  ['payment_ref', 'J,R', (random) => withLuhn(`5${1 + below(random, 5)}${digits(random, 13)}`)],
  ['acct_nbr', 'J,R', unique('', 8)],
  ['driver_license', 'K', unique('D', 8)],
  ['licence_no', 'K,R', unique('L', 7)],
  ['passport_number', 'K,R', unique('C', 8)],
  ['npi', 'K', unique('1', 9)],
  ['vin', 'L', vin],
  ['q7', 'L', vin],
  ['license_plate', 'L', (random) => `${pick(random, ['ABC', 'XKR', 'LMD'])} ${digits(random, 4)}`],
  [
    'vehicle_registration',
    'L',
    (random) => `${pick(random, ['AB', 'XK', 'LM'])}${digits(random, 2)} ${pick(random, ['XYZ', 'KLM'])}`,
  ],
  ['device_id', 'M,R', unique('DEV', 8)],
  ['serial_number', 'M,R', unique('SN', 9)],
  ['mac_address', 'M', (random) => Array.from({ length: 6 }, () => hex(random, 2)).join(':')],
  ['imei', 'M', (random) => withLuhn(`35${digits(random, 12)}`)],
  ['z1', 'M', (random) => Array.from({ length: 6 }, () => hex(random, 2)).join('-')],
  ['url', 'N', (random) => `https://example.org/u/${digits(random, 6)}`],
  ['homepage', 'N', (random) => `http://${pick(random, family).toLowerCase()}.example.com`],
  ['w12', 'N', (random) => `https://example.org/${hex(random, 8)}`],
  ['ip_address', 'O', (random) => Array.from({ length: 4 }, () => below(random, 256)).join('.')],
  ['client_ip', 'O', (random) => `2001:db8::${hex(random, 4)}:${hex(random, 4)}`],
  ['remote', 'O', (random) => `10.${below(random, 256)}.${below(random, 256)}.${below(random, 256)}`],
  ['fingerprint_template', 'P', (random) => hex(random, 64)],
  ['voiceprint', 'P', (random) => hex(random, 48)],
  ['photo_file', 'Q', (random) => `scan_${digits(random, 6)}.jpg`],
  ['portrait', 'Q', (random) => `data:image/png;base64,${hex(random, 40)}`],
  ['encounter_id', 'R', number],
  ['patient_nbr', 'R', number],
  ['visit_key', 'R', number],
  [
    'uuid',
    'R',
    (random) => `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}`,
  ],
  [
    'row_guid',
    'R',
    (random) => `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 4)}-${hex(random, 12)}`,
  ],
  ['username', 'R', (random) => `${pick(random, given).toLowerCase()}${digits(random, 3)}`],
  ['specimen_number', 'R', unique('S', 8)],
  [
    'notes',
    'D,F,G,H',
    (random, row) =>
      row % 5 === 0
        ? `Called back at ${dashed(random, row)} about the results today.`
        : 'No change since the visit before, comes back in a month.',
  ],
  [
    'comment',
    'F,D',
    (random, row) =>
      row % 4 === 0
        ? `Please write to ${email(random, row)} before the next visit.`
        : 'Seen by the nurse, all well and in good spirits today.',
  ],
]

const harmless: readonly [string, Make][] = [
  ['diag_1', (random) => `${1 + below(random, 998)}.${below(random, 99)}`],
  [
    'icd9_code',
    (random) => pick(random, ['250.83', 'V58.67', 'E885.9', '428.0', '414.01', '786.50', 'V45.81']),
  ],
  ['icd10', (random) => `${pick(random, ['E', 'I', 'J', 'K'])}${two(below(random, 99))}.${below(random, 9)}`],
  ['loinc', (random) => `${1_000 + below(random, 9_000)}-${below(random, 9)}`],
  ['lab_code', (random) => `${10_000 + below(random, 80_000)}-${below(random, 9)}`],
  ['ndc', (random) => `${digits(random, 5)}-${digits(random, 4)}-${digits(random, 2)}`],
  ['cpt_code', (random) => digits(random, 5)],
  ['snomed', (random) => digits(random, 9)],
  ['quantity', (random) => digits(random, 9)],
  ['total_cents', (random) => String(100_000_000 + below(random, 899_999_999))],
  ['population', (random) => String(below(random, 900_000_000))],
  ['claim_amount', (random) => (random() * 90_000).toFixed(2)],
  ['year', (random) => String(1990 + below(random, 35))],
  ['birth_year', (random) => String(1940 + below(random, 60))],
  ['age', (random) => String(below(random, 89))],
  ['age_band', (random) => `[${below(random, 10) * 10}-${below(random, 10) * 10 + 10})`],
  ['admission_type_id', (random) => String(1 + below(random, 8))],
  ['discharge_disposition_id', (random) => String(1 + below(random, 16))],
  ['drug_name', (random) => pick(random, ['metformin', 'insulin', 'glipizide', 'glyburide'])],
  [
    'medication_name',
    (random) =>
      pick(random, [
        'Metformin',
        'Insulin',
        'Lisinopril',
        'Atorvastatin',
        'Glipizide',
        'Januvia',
        'Ozempic',
        'Amlodipine',
        'Losartan',
        'Omeprazole',
        'Albuterol',
        'Gabapentin',
      ]),
  ],
  [
    'hospital_name',
    (random) =>
      pick(
        random,
        places.map((place) => `${place} General`),
      ),
  ],
  ['name_length', (random) => String(below(random, 40))],
  ['birth_weight', (random) => String(2_000 + below(random, 2_500))],
  ['birth_order', (random) => String(1 + below(random, 6))],
  ['city_mpg', (random) => String(100 + below(random, 300))],
  ['town_distance_m', (random) => String(below(random, 90_000))],
  ['latency_ms', (random) => String(below(random, 9_000))],
  ['mobile_app_version', (random) => `${below(random, 9)}.${below(random, 20)}`],
  ['link_count', (random) => String(below(random, 900))],
  ['card_type', (random) => pick(random, ['visa', 'amex', 'discover'])],
  ['order_total', (random) => (random() * 900).toFixed(2)],
  [
    'ticker',
    (random) =>
      pick(random, [
        'AAPL',
        'MSFT',
        'GOOG',
        'AMZN',
        'TSLA',
        'META',
        'NVDA',
        'INTC',
        'ORCL',
        'IBM',
        'CSCO',
        'ADBE',
      ]),
  ],
  [
    'genus',
    (random) => pick(random, ['Rosa', 'Iris', 'Quercus', 'Acer', 'Pinus', 'Tilia', 'Salix', 'Fagus']),
  ],
  ['sku', (random) => `${digits(random, 3)}-${digits(random, 3)}-${digits(random, 4)}`],
  ['isbn', (random) => `978${digits(random, 10)}`],
  ['barcode', (random) => digits(random, 13)],
  ['tracking_weight', (random) => digits(random, 5)],
  ['product_name', (random) => pick(random, ['Widget', 'Gadget', 'Gizmo', 'Doohickey'])],
  ['column_name', (random) => pick(random, ['alpha', 'beta', 'gamma', 'delta'])],
  ['file_name', (random) => pick(random, ['a.csv', 'b.csv', 'c.csv'])],
  ['test_name', (random) => pick(random, ['HbA1c', 'Glucose', 'LDL', 'HDL'])],
  ['state', (random) => pick(random, ['NY', 'CA', 'TX', 'WA', 'OR'])],
  ['state_name', (random) => pick(random, ['Texas', 'Ohio', 'Utah', 'Iowa', 'Maine'])],
  ['country', (random) => pick(random, ['US', 'CA', 'MX'])],
  ['phone_type', (random) => pick(random, ['home', 'work', 'mobile'])],
  ['phone_calls', (random) => String(below(random, 40))],
  ['email_opt_in', (random) => pick(random, ['yes', 'no'])],
  ['email_count', (random) => String(below(random, 60))],
  ['address_changes', (random) => String(below(random, 6))],
  ['account_type', (random) => pick(random, ['checking', 'savings', 'loan'])],
  ['account_age_days', (random) => String(below(random, 5_000))],
  ['device_type', (random) => pick(random, ['phone', 'tablet', 'watch'])],
  ['plan_type', (random) => pick(random, ['HMO', 'PPO', 'EPO'])],
  ['license_status', (random) => pick(random, ['active', 'expired'])],
  ['ip_class', (random) => pick(random, ['A', 'B', 'C'])],
  ['url_count', (random) => String(below(random, 90))],
  ['zip_population', (random) => String(below(random, 90_000))],
  ['city_count', (random) => String(below(random, 50))],
  ['num_procedures', (random) => String(below(random, 7))],
  ['num_medications', (random) => String(below(random, 80))],
  ['number_inpatient', (random) => String(below(random, 20))],
  ['number_of_visits', (random) => String(below(random, 20))],
  ['floor_number', (random) => String(below(random, 12))],
  ['room_number', (random) => String(100 + below(random, 15))],
  ['temperature', (random) => (36 + random() * 4).toFixed(1)],
  ['blood_pressure', (random) => `${100 + below(random, 60)}/${60 + below(random, 40)}`],
  ['ratio', (random) => random().toFixed(6)],
  ['score', (random) => String(below(random, 100))],
  ['version', (random) => `${below(random, 4)}.${below(random, 10)}.${below(random, 20)}`],
  ['time_of_day', (random) => `${two(below(random, 24))}:${two(below(random, 60))}`],
  ['month', (random) => two(1 + below(random, 12))],
  ['weekday', (random) => pick(random, ['Mon', 'Tue', 'Wed', 'Thu', 'Fri'])],
  ['color', (random) => pick(random, ['red', 'green', 'blue', 'amber', 'violet', 'rose'])],
  ['specialty', (random) => pick(random, ['Cardiology', 'Surgery', 'Nephrology', 'Oncology'])],
  ['department_name', (random) => pick(random, ['Cardiology', 'Surgery', 'Nephrology', 'Oncology'])],
  ['payer_code', (random) => pick(random, ['MC', 'MD', 'HM', 'UN', 'BC', 'SP'])],
  ['race', (random) => pick(random, ['Asian', 'White', 'Black', 'Other'])],
  ['is_member', (random) => pick(random, ['true', 'false'])],
  ['fax_flag', (random) => pick(random, ['0', '1'])],
  ['seconds_since_epoch', (random) => String(1_600_000_000 + below(random, 90_000_000))],
  ['hash_bucket', (random) => String(below(random, 1_024))],
  ['weight_grams', (random) => String(40_000 + below(random, 90_000))],
  [
    'review',
    (random) =>
      pick(random, [
        'A fine product that does what it should every day.',
        'It broke after three weeks, and nobody answered.',
        'Good value, would buy it again at any time.',
      ]),
  ],
  ['dose', (random) => `${pick(random, ['5', '10', '20'])} mg`],
  ['serial_dilution', (random) => `1:${2 ** below(random, 8)}`],
  ['key_rate', (random) => (random() * 5).toFixed(2)],
  ['grid_ref_distance', (random) => String(below(random, 900))],
  ['street_count', (random) => String(below(random, 30))],
]

/** @param seed of the values; names and labels are always the same. */
export function labelledColumns(seed: number): LabelledColumn[] {
  const random = seededRandom(seed)
  const valuesOf = (make: Make) => Array.from({ length: rowsOfFixture }, (_, row) => make(random, row))
  return [
    ...identifying.map(([name, items, make]) => ({ name, items: items.split(','), values: valuesOf(make) })),
    ...harmless.map(([name, make]) => ({ name, items: [], values: valuesOf(make) })),
  ]
}

/** A small use case and tables for it: which parcels arrive late. */
import { type Project, type ProjectInput, parseProject } from '../../functions/project.ts'

/** A parcel per row; a customer has several. */
export const parcelsProject = (changes: Partial<ProjectInput> = {}): Project =>
  parseProject({
    id: 'parcels',
    title: 'Late parcels',
    task: 'binary-classification',
    source: {
      columns: [
        { name: 'parcel', type: 'identifier' },
        { name: 'customer', type: 'identifier' },
        { name: 'sent', type: 'timestamp' },
        { name: 'weight', type: 'number', nullable: true, min: 0, max: 50 },
        { name: 'stops', type: 'integer', min: 0 },
        { name: 'zone', type: 'category', levels: ['north', 'south', 'east', 'west'] },
        { name: 'carrier', type: 'category', nullable: true },
        { name: 'fragile', type: 'boolean' },
        { name: 'late', type: 'boolean', nullable: true, outcome: true },
      ],
      nullTokens: ['?'],
    },
    entityKey: 'customer',
    featuresSql: `SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label,
      weight, stops, zone, carrier, fragile::VARCHAR AS fragile FROM raw`,
    label: { meaning: 'arrived late' },
    features: [
      { name: 'weight', kind: 'numeric', from: ['weight'], label: 'weight' },
      { name: 'stops', kind: 'numeric', from: ['stops'], label: 'stops' },
      {
        name: 'zone',
        kind: 'ordinal',
        levels: ['north', 'east', 'south', 'west'],
        from: ['zone'],
        label: 'zone',
      },
      { name: 'carrier', kind: 'category', from: ['carrier'], label: 'carrier' },
      { name: 'fragile', kind: 'category', from: ['fragile'], label: 'fragile' },
    ],
    groups: ['zone', 'stops'],
    rareLevelShare: 0.01,
    split: { train: 0.6, validation: 0.1, calibration: 0.1, test: 0.2, seed: 7 },
    quality: { minRows: 10, maxDuplicateShare: 0.05 },
    prediction: {
      names: { entityId: 'customerId', prediction: 'lateProbability' },
      fields: { carrier: 'carrier' },
    },
    ...changes,
  })

export const parcelHeader = [
  'parcel',
  'customer',
  'sent',
  'weight',
  'stops',
  'zone',
  'carrier',
  'fragile',
  'late',
]

/** The cells of parcel `at`; `changes` replaces some by name. */
export function parcelRow(at: number, changes: Readonly<Record<string, string>> = {}): string[] {
  const cells: Record<string, string> = {
    parcel: `p${at}`,
    customer: `c${at % 37}`,
    sent: `2026-01-${String((at % 28) + 1).padStart(2, '0')} 08:00:00`,
    weight: at % 11 === 0 ? '?' : String(((at * 37) % 500) / 10),
    stops: String(at % 9),
    zone: ['north', 'south', 'east', 'west'][at % 4] ?? '',
    carrier: at % 13 === 0 ? '' : `carrier ${at % 5}`,
    fragile: at % 3 === 0 ? 'true' : 'false',
    late: at % 4 === 1 ? 'true' : 'false',
    ...changes,
  }
  return parcelHeader.map((name) => cells[name] ?? '')
}

/** A table as RFC 4180 writes it. */
export function csvOf(
  rows: readonly (readonly string[])[],
  { header = parcelHeader, delimiter = ',', newline = '\n' } = {},
): string {
  const field = (text: string) =>
    /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
  return [header, ...rows].map((row) => row.map(field).join(delimiter)).join(newline) + newline
}

export const parcels = (rows: number) => csvOf(Array.from({ length: rows }, (_, at) => parcelRow(at)))

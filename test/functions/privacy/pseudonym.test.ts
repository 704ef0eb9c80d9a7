import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { hashFile } from '../../../functions/dataset/place-store.ts'
import { pseudonymising } from '../../../functions/dataset/pseudonymise-store.ts'
import { pseudonymiser } from '../../../functions/privacy/pseudonym.ts'
import { parcelsProject } from '../../builders/project.ts'

const key = 'a1'.repeat(32)
const other = 'b2'.repeat(32)

describe('a pseudonym', () => {
  it('is the same for the same identifier under one key, and another under another key', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, two) => {
        const [mine, again, theirs] = [key, key, other].map((each) => pseudonymiser(each, 'identifier'))
        expect(mine!(one)).toBe(again!(one))
        expect(mine!(one) === mine!(two)).toBe(one === two)
        expect(theirs!(one)).not.toBe(mine!(one))
      }),
    )
  })

  it('is no plain hash, and holds nothing of the identifier', () => {
    const made = pseudonymiser(key, 'text')('123-45-6789')
    expect(made).toMatch(/^p_[0-9a-f]{26}$/)
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha512'])
      expect(createHash(algorithm).update('123-45-6789').digest('hex')).not.toContain(made?.slice(2, 12))
    expect(made).not.toContain('6789')
  })

  it('keeps the type of a column of whole numbers, exactly as a DOUBLE holds it', () => {
    const make = pseudonymiser(key, 'integer')
    const made = new Set(Array.from({ length: 5_000 }, (_, id) => make(String(id))))
    expect(made.size).toBe(5_000)
    for (const each of made) {
      expect(each).toMatch(/^\d{16}$/)
      expect(Number.isSafeInteger(Number(each))).toBe(true)
      expect(String(Number(each))).toBe(each)
    }
  })

  it('leaves what is missing missing, and empties days and yes-or-no', () => {
    expect(pseudonymiser(key, 'identifier')(null)).toBeNull()
    expect(pseudonymiser(key, 'timestamp')('1950-02-03')).toBeNull()
    expect(pseudonymiser(key, 'boolean')('true')).toBeNull()
  })

  it('needs a key of 256 bits, and does not tell the one that was given', () => {
    for (const wrong of ['short', '', 'z'.repeat(64), `${key}00`])
      expect(() => pseudonymiser(wrong, 'identifier')).toThrowError(
        'the key of pseudonyms is not usable: expected 64 hexadecimal digits (256 bits); make one with: openssl rand -hex 32',
      )
  })
})

describe('an import with a key', () => {
  const directory = mkdtempSync(join(tmpdir(), 'regimen-pseudonyms-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const base = parcelsProject()
  const project = parcelsProject({
    source: {
      ...base.source,
      columns: base.source.columns
        .filter(({ name }) => ['parcel', 'customer', 'weight', 'carrier', 'late'].includes(name))
        .map((column) => (column.type === 'identifier' ? { ...column, phi: 'direct' as const } : column)),
    },
    featuresSql:
      'SELECT customer AS entity_id, parcel AS example_key, late::INTEGER AS label, weight FROM raw',
    features: [{ name: 'weight', kind: 'numeric', from: ['weight'], label: 'weight' }],
    groups: [],
    prediction: { names: { entityId: 'customerId', prediction: 'lateProbability' } },
  })
  const text =
    'parcel,customer,weight,carrier,late,secret\n' +
    'P-001,C-7,1.5,"Swift, Ltd ""S""",true,canary\n' +
    'P-002,C-8,?,,false,canary\nP-003,C-7,2.25,Slow,,canary\n'

  async function imported(content: string, withKey = key, name = 'table.csv') {
    const file = join(directory, `${Math.random().toString(36).slice(2)}-${name}`)
    writeFileSync(file, content)
    const transform = pseudonymising(project, withKey)
    const kept = await transform?.(await hashFile(file, name), directory)
    return { kept, text: kept === undefined ? undefined : readFileSync(kept.file, 'utf8') }
  }

  it('keeps rows joining, other cells as they are, and no column that the project does not know', async () => {
    const { text: written, kept } = await imported(text)
    const lines = written!.trim().split('\n')
    expect(lines[0]).toBe('"parcel","customer","weight","carrier","late"')
    expect(lines).toHaveLength(4)
    const pseudonym = pseudonymiser(key, 'identifier')
    expect(lines[1]).toBe(`"${pseudonym('P-001')}","${pseudonym('C-7')}","1.5","Swift, Ltd ""S""","true"`)
    expect(lines[2]).toBe(`"${pseudonym('P-002')}","${pseudonym('C-8')}",,,"false"`)
    expect(lines[3]!.split(',')[1]).toBe(lines[1]!.split(',')[1])
    for (const gone of ['P-00', 'C-7', 'C-8', 'canary']) expect(written).not.toContain(gone)
    expect(kept?.name).toBe('table.csv')
  })

  it('gives the same version for the same table and key, and another for another key', async () => {
    const [one, again, elsewhere] = [await imported(text), await imported(text), await imported(text, other)]
    expect(again.kept?.sha256).toBe(one.kept?.sha256)
    expect(elsewhere.kept?.sha256).not.toBe(one.kept?.sha256)
  })

  it('does nothing where the environment has no key', async () => {
    expect((await imported(text, '')).kept).toBeUndefined()
  })
})

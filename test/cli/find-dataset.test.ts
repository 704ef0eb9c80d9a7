import { describe, expect, it } from 'vitest'
import { chooseDataset } from '../../cli/find-dataset.ts'

const all = [
  { name: 'visits', version: '3f2a000000000000' },
  { name: 'visits', version: '3f81000000000000' },
  { name: 'wards', version: '3f2a000000000000' },
]
const choose = (reference: string) => chooseDataset(all, reference, 'parcels')

describe('naming a version of a dataset', () => {
  it('takes the newest one without digits, and the one that the first digits name', () => {
    expect(choose('visits')).toBe(all[0])
    expect(choose('visits@3f8')).toBe(all[1])
    expect(choose('wards@3')).toBe(all[2])
  })

  it('refuses digits that name several versions: a decision must not fall on the wrong one', () => {
    expect(() => choose('visits@3f')).toThrow(
      expect.objectContaining({
        name: 'InvalidRequest',
        message:
          '"visits@3f" names 2 versions, in project parcels: expected one of visits@3f2a000000000000, visits@3f81000000000000; give more digits of its checksum',
      }),
    )
  })

  it.each(['', '@', 'visits@', '@3f2a', 'visits@3f2a@000', 'visits@4', 'beds'])(
    'finds nothing under "%s"',
    (it) => {
      expect(() => choose(it)).toThrow(expect.objectContaining({ name: 'DatasetNotFound' }))
    },
  )
})

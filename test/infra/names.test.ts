import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type NameKind, Names, nameLimits, physicalName } from '../../infra/names.ts'

const account = { partition: 'aws', region: 'eu-central-1', accountId: '123456789012' }
const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,118}[a-z0-9]$/)
const kinds = Object.keys(nameLimits) as NameKind[]

test('a name says the product, the environment and the thing', () => {
  const names = new Names('prod')
  expect(names.of('function', 'plan-parts')).toBe('regimen-prod-plan-parts')
  expect(names.bucket(account)).toBe('regimen-prod-123456789012-eu-central-1')
  expect(names.logBucket(account)).toBe('regimen-prod-123456789012-eu-central-1-logs')
  expect(names.table()).toBe('regimen-prod')
  expect(names.keyAlias()).toBe('alias/regimen-prod')
  expect(names.stateMachine('adherence', 'training')).toBe('regimen-prod-adherence-training')
  expect(names.modelPackageGroup('adherence')).toBe('regimen-prod-adherence')
})

test('a name is within the limit of its kind, however long its parts are', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.array(word, { minLength: 1, maxLength: 4 }), (kind, parts) => {
      const name = physicalName(kind, ...parts)
      expect(name.length).toBeLessThanOrEqual(nameLimits[kind])
      expect(name).toMatch(/^[a-z][a-z0-9-]*[a-z0-9]$/)
    }),
    { numRuns: 500 },
  )
})

test('two different names stay different when they are shortened', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), word, word, (kind, one, other) => {
      const long = 'x'.repeat(nameLimits[kind])
      expect(physicalName(kind, long, one) === physicalName(kind, long, other)).toBe(one === other)
    }),
    { numRuns: 500 },
  )
})

test('every bucket name fits with the longest region and environment', () => {
  const names = new Names('staging12345')
  const far = { partition: 'aws-us-gov', region: 'ap-southeast-10', accountId: '123456789012' }
  expect(names.logBucket(far)).toBe('regimen-staging12345-123456789012-ap-southeast-10-logs')
})

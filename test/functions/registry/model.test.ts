import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fromMetadata, modelOf, toMetadata } from '../../../functions/registry/model.ts'
import { registrationOf } from '../../builders/registration.ts'

const arn = 'arn:aws:sagemaker:us-east-1:000000000000:model-package/regimen-dev-demo/3'

test('a model is had back whole from the metadata of its registry entry', () => {
  const names = fc.stringMatching(/^[a-z][a-zA-Z]{0,11}$/)
  fc.assert(
    fc.property(
      fc.dictionary(names, fc.string({ maxLength: 20 }), { maxKeys: 20 }),
      fc.dictionary(names, fc.double({ noNaN: true, noDefaultInfinity: true }), { maxKeys: 15 }),
      (hyperparameters, metrics) => {
        const model = modelOf(registrationOf({ hyperparameters, metrics }), arn, new Date(0))
        expect(fromMetadata(arn, 'PendingManualApproval', toMetadata(model))).toEqual(model)
      },
    ),
    { numRuns: 200 },
  )
})

test('more metadata than the registry takes is refused with the number', () => {
  const metrics = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`metric${at}`, at]))
  expect(() => toMetadata(modelOf(registrationOf({ metrics }), arn, new Date(0)))).toThrow(
    'the model has more metadata than the registry takes: got 75 entries; expected at most 49; register fewer metrics',
  )
})

test('an entry that this platform did not write is no model', () => {
  expect(fromMetadata(arn, 'Approved', { author: 'somebody' })).toBeUndefined()
})

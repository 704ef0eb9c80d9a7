/** What must be true of everything that cannot be made again. */
import { keptTypes } from '../kept-types.ts'
import { type Rule, unless } from './rule.ts'

export const keptRules: readonly Rule[] = [
  {
    id: 'stateful-kept',
    title: 'What cannot be made again stays in its stack, and in the account when the stack lets go of it',
    refs: ['regimen', 'KMS.3'],
    types: [...keptTypes],
    check: ({ options }) => [
      ...unless(options.protect, 'it is not protected'),
      ...unless(options.retainOnDelete !== false, 'it is not retained on delete'),
    ],
  },
]

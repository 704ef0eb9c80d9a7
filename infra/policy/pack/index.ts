/** The CrossGuard pack: `pulumi preview --policy-pack infra/policy/pack` refuses what the rules find. */
import { PolicyPack } from '@pulumi/policy'
import { policies } from './policies.ts'

new PolicyPack('regimen', { policies: policies('mandatory') })

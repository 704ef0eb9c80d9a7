/** The local KMS: keys and aliases exist by name and ARN; nothing is encrypted on the laptop's own disk. */
import { createHash } from 'node:crypto'
import type { LocalService, ResourceType } from '../service.ts'

/** The id of a key is kept in the state of its stack. */
const key: ResourceType = {
  async create(inputs, { cloud, requestId }) {
    const hex = createHash('sha256').update(requestId).digest('hex')
    const keyId = [
      hex.slice(0, 8),
      hex.slice(8, 12),
      hex.slice(12, 16),
      hex.slice(16, 20),
      hex.slice(20, 32),
    ].join('-')
    return { id: keyId, outputs: { ...inputs, id: keyId, keyId, arn: cloud.arn('kms', `key/${keyId}`) } }
  },
  async update(id, inputs, _previous, { cloud }) {
    return { outputs: { ...inputs, id, keyId: id, arn: cloud.arn('kms', `key/${id}`) } }
  },
  async delete() {
    // A key holds nothing here: forgetting it in the stack's state is all.
  },
}

const alias: ResourceType = {
  async create(inputs, { cloud }) {
    const name = String(inputs.name)
    const target = String(inputs.targetKeyId).split('/').at(-1) ?? ''
    return {
      id: name,
      outputs: {
        ...inputs,
        id: name,
        arn: cloud.arn('kms', name),
        targetKeyArn: cloud.arn('kms', `key/${target}`),
      },
    }
  },
  async delete() {
    // An alias is only a name in the stack's state.
  },
}

export function kmsService(): LocalService {
  return {
    name: 'kms',
    actions: {
      async DescribeKey({ KeyId }, { cloud }) {
        const id = String(KeyId).split('/').at(-1) ?? ''
        const metadata = { KeyId: id, Arn: cloud.arn('kms', `key/${id}`), Enabled: true, KeyState: 'Enabled' }
        return { KeyMetadata: { ...metadata, KeyUsage: 'ENCRYPT_DECRYPT', KeyManager: 'CUSTOMER' } }
      },
    },
    resources: { 'aws:kms/key:Key': key, 'aws:kms/alias:Alias': alias },
  }
}

/** Access keys of roles: derived from the role's ARN, so that a restarted cloud still knows the keys of running workers. */
import { createHash } from 'node:crypto'
import type { Principal } from '../service.ts'

export interface RoleKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly principal: Principal
}

export class Keys {
  readonly #accountId: string
  readonly #partition: string
  readonly #byAccessKey = new Map<string, RoleKey>()

  constructor(accountId: string, partition: string) {
    this.#accountId = accountId
    this.#partition = partition
  }

  get root(): Principal {
    return { arn: `arn:${this.#partition}:iam::${this.#accountId}:root`, accountId: this.#accountId }
  }

  /** The key of a role (or user) by its ARN. */
  of(arn: string): RoleKey {
    const digest = createHash('sha256').update(`regimen:${arn}`).digest()
    const accessKeyId = `ASIA${base32(digest).slice(0, 16)}`
    const known = this.#byAccessKey.get(accessKeyId)
    if (known !== undefined) return known
    const secretAccessKey = createHash('sha256').update(digest).digest('base64url').slice(0, 40)
    const key = { accessKeyId, secretAccessKey, principal: { arn, accountId: this.#accountId } }
    this.#byAccessKey.set(accessKeyId, key)
    return key
  }

  /** Any key that belongs to no role is the laptop's owner. */
  principal(accessKeyId: string | undefined, sessionToken?: string): Principal {
    const key = accessKeyId === undefined ? undefined : this.#byAccessKey.get(accessKeyId)
    if (key === undefined) return this.root
    const session = /^local[/](.+)$/.exec(sessionToken ?? '')?.[1]
    return session === undefined ? key.principal : { ...key.principal, session }
  }
}

/** A role has one key, which outlives the cloud's process; what tells its sessions apart is the token beside it. */
export const sessionTokenOf = (session: string): string => `local/${session}`

/** How AWS names a caller: a role by its session, where it is known. */
export function callerArn({ arn, session }: Principal): string {
  if (session === undefined) return arn
  const [, partition, accountId, name] = /^arn:([\w-]+):iam::(\d*):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? []
  return name === undefined ? arn : `arn:${partition}:sts::${accountId}:assumed-role/${name}/${session}`
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function base32(bytes: Uint8Array): string {
  return [...bytes].map((byte) => alphabet[byte & 31] ?? 'A').join('')
}

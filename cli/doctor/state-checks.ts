/** Where Pulumi keeps what it deployed, and how it encrypts the secrets in it. */
import type { Check } from './finding.ts'

export const stateChecks: readonly Check[] = [
  {
    check: 'state backend',
    expected: 'Pulumi Cloud, or a versioned bucket of this account',
    needs: 's3:ListBucket and s3:GetBucketVersioning',
    async examine({ backend, isLocal, account, stack }) {
      if (backend === undefined && isLocal) return { status: 'ok', got: 'none, and a local cloud needs none' }
      if (backend === undefined)
        return {
          status: 'failed',
          got: 'not logged in',
          do: 'pulumi login s3://BUCKET (docs/deploy.md, section 1)',
        }
      if (/^https:/.test(backend)) return { status: 'ok', got: backend }
      if (/^file:/.test(backend))
        return {
          status: 'warning',
          got: backend,
          do: `keep ${stack}'s state where others reach it: pulumi login s3://BUCKET`,
        }
      const bucket = /^s3:\/\/([^/?]+)/.exec(backend)?.[1]
      if (bucket === undefined) return { status: 'unknown', got: backend, do: 'look at it yourself' }
      const found = await account.bucket(bucket)
      if (found === 'absent')
        return {
          status: 'failed',
          got: `there is no bucket ${bucket}`,
          do: 'make it: docs/deploy.md, section 1',
        }
      if (found !== 'ours')
        return {
          status: 'unknown',
          got: `${bucket} may not be looked at`,
          do: `allow s3:ListBucket on ${bucket}`,
        }
      if (await account.isVersioned(bucket)) return { status: 'ok', got: `${backend}, versioned` }
      return {
        status: 'warning',
        got: `${backend}, not versioned`,
        do: `aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled`,
      }
    },
  },
  {
    check: 'secrets provider',
    expected: 'a KMS key that is enabled, or a passphrase that is set',
    needs: 'kms:DescribeKey',
    async examine({ secretsProvider, hasPassphrase, account, isLocal, backend, stack }) {
      const init = `pulumi stack init ${stack} --secrets-provider awskms://alias/regimen-state`
      if (secretsProvider === undefined && isLocal)
        return { status: 'ok', got: 'none, and a local cloud needs none' }
      if (secretsProvider === undefined)
        return /^https:/.test(backend ?? '')
          ? { status: 'ok', got: "Pulumi Cloud's" }
          : { status: 'warning', got: 'none: the stack is not initialised', do: init }
      if (secretsProvider === 'passphrase')
        return hasPassphrase
          ? { status: 'ok', got: 'a passphrase' }
          : {
              status: 'failed',
              got: 'a passphrase that is not set',
              do: 'export PULUMI_CONFIG_PASSPHRASE_FILE=FILE',
            }
      const key = /^awskms:\/\/\/?([^?]+)/.exec(secretsProvider)?.[1]
      if (key === undefined) return { status: 'unknown', got: secretsProvider, do: 'look at it yourself' }
      const state = await account.keyState(key)
      if (state === 'Enabled') return { status: 'ok', got: `${key} is enabled` }
      const got = state === undefined ? `there is no key ${key}` : `${key} is ${state}`
      return { status: 'failed', got, do: 'make or enable it: docs/deploy.md, section 1' }
    },
  },
]

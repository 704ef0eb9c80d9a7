/** A cloud in a temporary directory, and clients that talk to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudOptions, type RunningCloud, startCloud } from '../../local/cloud.ts'

export interface TestCloud {
  readonly running: RunningCloud
  readonly directory: string
  /** What an AWS client needs; a role's key in place of the owner's when given. */
  client(roleArn?: string): {
    endpoint: string
    region: string
    maxAttempts: number
    credentials: { accessKeyId: string; secretAccessKey: string }
  }
  /** Stops the cloud and starts it again on the same directory. */
  restart(): Promise<TestCloud>
  stop(): Promise<void>
}

export async function testCloud(options: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'regimen-'))
  const running = await startCloud({ port: 0, region: 'us-east-1', ...options, directory })
  return {
    running,
    directory,
    client: (roleArn) => ({
      endpoint: running.endpoint,
      region: 'us-east-1',
      maxAttempts: 1,
      credentials:
        roleArn === undefined
          ? { accessKeyId: 'test', secretAccessKey: 'test' }
          : running.cloud.credentials(roleArn),
    }),
    async restart() {
      await running.stop()
      return await testCloud({ ...options, directory })
    },
    async stop() {
      await running.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

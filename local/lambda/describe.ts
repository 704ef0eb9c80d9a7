/** A function as Lambda's API describes it. */
import type { FunctionVersion } from './function-record.ts'
import type { FunctionStore } from './function-store.ts'

export function describe(version: FunctionVersion, store: FunctionStore, qualifier?: string) {
  return {
    FunctionName: version.functionName,
    FunctionArn: store.arn(version.functionName, qualifier),
    Runtime: version.runtime,
    Role: version.role,
    Handler: version.handler,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMegabytes,
    // The API writes this as text, unlike most timestamps.
    LastModified: version.lastModified.replace('Z', '+0000'),
    CodeSha256: version.codeSha256,
    Version: version.version,
    Environment: { Variables: version.environment },
    Layers: version.layers.map(({ arn }) => ({ Arn: arn })),
    Architectures: version.architectures,
    PackageType: 'Zip',
    State: 'Active',
    LastUpdateStatus: 'Successful',
  }
}

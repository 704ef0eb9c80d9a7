/** The Python environment with moto's server, boto3 and the AWS CLI: made on first use, then taken from the cache. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const setup = fileURLToPath(new URL('./setup.sh', import.meta.url))

/** Path of one of the environment's programs: `python`, `aws`, `moto_server`. Takes about a minute the first time. */
export function pythonProgram(name: string): string {
  const folder = execFileSync('bash', [setup], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  return join(folder.trim(), 'bin', name)
}

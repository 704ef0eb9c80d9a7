/** What a trainer said, kept when its working directory goes; on AWS it is in the log group of training jobs. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jobFiles } from './training-process.ts'

export async function keepLog(directory: string, logs: string, name: string): Promise<void> {
  const { stdout, stderr } = jobFiles(directory)
  const said = await Promise.all(
    [stdout, stderr].map(async (file) => (existsSync(file) ? await readFile(file, 'utf8') : '')),
  )
  await mkdir(logs, { recursive: true })
  await writeFile(join(logs, `${name}.log`), said.join(''), { mode: 0o600 })
}

/** The `regimen` command in this process: its exit code and what it wrote. */
import { vi } from 'vitest'
import { main } from '../../cli/main.ts'

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export async function runCommand(...words: readonly string[]): Promise<Ended> {
  const written = { stdout: '', stderr: '' }
  const streams = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text)
      return true
    }),
  )
  const before = process.exitCode
  process.exitCode = undefined
  try {
    return { code: await main(['node', 'regimen', ...words]), ...written }
  } finally {
    process.exitCode = before
    for (const stream of streams) stream.mockRestore()
  }
}

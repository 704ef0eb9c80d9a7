/** Writes what a person asked to have in a file of their choice. */
import { writeFileSync } from 'node:fs'
import { RegimenError } from '../functions/errors.ts'

/** @throws RegimenError `InvalidRequest` where nothing can be written. */
export function writePage(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new RegimenError(
      'InvalidRequest',
      {
        what: 'the file cannot be written',
        where: file,
        got: code,
        do: 'name a file in a folder that is there and may be written',
      },
      { cause: error },
    )
  }
}

/** The process of a transform job: `MODEL INPUT_DIRECTORY OUTPUT_DIRECTORY`, one `<input>.out` per input file. */
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { readModel } from '../../functions/scoring/read-model.ts'
import { scoreCsv } from '../../functions/scoring/score-csv.ts'

const [modelFile = '', input = '', output = ''] = process.argv.slice(2)

async function* lines(file: string): AsyncGenerator<string> {
  const source = createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })
  for await (const line of scoreCsv(model, source)) yield `${line}\n`
}

const model = readModel(readFileSync(modelFile))
try {
  for (const file of await readdir(input, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue
    const path = join(file.parentPath, file.name)
    const target = join(output, `${relative(input, path)}.out`)
    await mkdir(dirname(target), { recursive: true })
    await pipeline(Readable.from(lines(path)), createWriteStream(target))
  }
} catch (error) {
  process.stderr.write(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

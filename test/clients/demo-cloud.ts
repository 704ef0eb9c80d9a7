/** Global setup of the client suites: the local cloud with the real stack, a model trained, approved, and a batch scored. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'
import * as z from 'zod'
import { generate } from '../../projects/adherence/generate.ts'
import { pythonProgram } from '../contract/python-environment.ts'

export interface Demo {
  readonly endpoint: string
  readonly bucket: string
  /** ARNs of the executions. */
  readonly training: string
  readonly inference: string
  readonly modelVersion: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    demo: Demo
    /** Folder of the programs `python` and `aws`. */
    programs: string
  }
}

const run = promisify(execFile)
const regimen = fileURLToPath(new URL('../../cli/bin.mjs', import.meta.url))
const started = z.object({ executionArn: z.string(), status: z.literal('SUCCEEDED') })
const trained = started.extend({ modelVersion: z.string() })

export default async function startDemo(project: TestProject): Promise<() => Promise<void>> {
  project.provide('programs', join(pythonProgram('python'), '..'))
  const directory = mkdtempSync(join(tmpdir(), 'regimen-clients-'))
  const ask = async (...words: string[]): Promise<unknown> => {
    // Nothing of the caller's AWS settings: the cloud is found by its directory.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_')))
    const { stdout } = await run(process.execPath, [regimen, '--dir', directory, '--json', ...words], { env })
    return JSON.parse(stdout)
  }
  const stop = async () => {
    await ask('down')
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const { endpoint } = z
      .object({ endpoint: z.string() })
      .parse(await ask('up', '--detach', '--port', String(await freePort())))
    const table = [...generate({ seed: 7, encounters: 3_000 })].join('')
    const file = join(directory, 'table.csv')
    writeFileSync(file, table)
    await ask('datasets', 'import', file, '--name', 'clients')
    // The linear booster is calibrated well enough for the gate on so few rows.
    const training = trained.parse(
      await ask('train', '--dataset', 'clients', '--algorithm', 'logistic-regression', '--wait'),
    )
    await ask('models', 'approve', training.modelVersion)
    const batch = join(directory, 'batch.csv')
    writeFileSync(batch, `${table.split('\n').slice(0, 400).join('\n')}\n`)
    const inference = started.parse(
      await ask('infer', '--input', batch, '--model', training.modelVersion, '--wait'),
    )
    project.provide('demo', {
      endpoint,
      bucket: 'regimen-dev-000000000000-us-east-1',
      training: training.executionArn,
      inference: inference.executionArn,
      modelVersion: training.modelVersion,
    })
  } catch (error) {
    await stop()
    throw error
  }
  return stop
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

/** Functions for the tests, made through the resource types as a deploy makes them. */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lambdaResources } from '../../../local/lambda/resources.ts'
import type { Call, Json } from '../../../local/service.ts'
import type { TestCloud } from '../running-cloud.ts'

export function ownerCall({ running }: TestCloud): Call {
  return {
    cloud: running.cloud,
    principal: running.root,
    requestId: 'test',
    signal: new AbortController().signal,
  }
}

export function codeDirectory(cloud: TestCloud, files: Readonly<Record<string, string>>) {
  const hash = createHash('sha256').update(JSON.stringify(files)).digest('hex')
  const directory = join(cloud.directory, 'code', hash)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), text)
  }
  return { directory, hash }
}

/** Creates or, with `update`, changes a function whose module is `code`. */
export async function putFunction(
  cloud: TestCloud,
  name: string,
  code: string,
  inputs: Json = {},
  update = false,
): Promise<Json> {
  const type = lambdaResources['aws:lambda/function:Function']
  const all = {
    name,
    role: `arn:aws:iam::000000000000:role/${name}`,
    runtime: 'nodejs24.x',
    handler: 'index.handler',
    code: codeDirectory(cloud, { 'index.mjs': code }),
    timeout: 10,
    ...inputs,
  }
  const done = update
    ? await type!.update!(name, all, {}, ownerCall(cloud))
    : await type!.create(all, ownerCall(cloud))
  return done.outputs
}

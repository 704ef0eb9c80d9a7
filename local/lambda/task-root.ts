/** Lays out a function as Lambda does: its code, and the packages of its layers where imports find them. */
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { FunctionVersion } from './function-record.ts'

/**
 * Directory to import the function from; made once for each code and set of layers. On AWS layers lie in /opt, which
 * NODE_PATH names for `require`; a linked `node_modules` serves `import` as well.
 */
export async function taskRoot(directory: string, version: FunctionVersion): Promise<string> {
  const content = [version.codeDirectory, ...version.layers.map((layer) => layer.directory)].join('\n')
  const root = join(directory, createHash('sha256').update(content).digest('hex').slice(0, 32))
  if (existsSync(root)) return root
  const building = `${root}.${randomUUID()}`
  await mkdir(building, { recursive: true })
  await cp(version.codeDirectory, building, { recursive: true, verbatimSymlinks: true })
  for (const layer of version.layers)
    await link(join(layer.directory, 'nodejs', 'node_modules'), join(building, 'node_modules'))
  try {
    await rename(building, root)
  } catch (error) {
    // Another invocation was faster.
    await rm(building, { recursive: true, force: true })
    if (!existsSync(root)) throw error
  }
  return root
}

/** Later layers win, as on AWS. */
async function link(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  await mkdir(to, { recursive: true })
  for (const name of await readdir(from)) {
    const target = join(to, name)
    if (name.startsWith('@')) await link(join(from, name), target)
    else {
      await rm(target, { recursive: true, force: true })
      await symlink(join(from, name), target)
    }
  }
}

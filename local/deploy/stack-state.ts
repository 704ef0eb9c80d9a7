/** What was applied for a stack, kept so that the next deploy creates, updates and deletes only what changed. */
import { join } from 'node:path'
import * as z from 'zod'
import { readIfThere, writeAtomically } from '../atomic-file.ts'

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  name: z.string(),
  id: z.string(),
  inputs: z.record(z.string(), z.unknown()),
  outputs: z.record(z.string(), z.unknown()),
  /** Neither deleted, replaced nor let go of while it is so. */
  protect: z.boolean().default(false),
  /** Left in the cloud when the stack lets go of it. */
  retainOnDelete: z.boolean().default(false),
})
export type AppliedResource = z.output<typeof resource>

const content = z.object({
  resources: z.array(resource),
  outputs: z.record(z.string(), z.unknown()).default({}),
  deployedAt: z.string().optional(),
})

export class StackState {
  /** `undefined`: only in memory. */
  readonly #file: string | undefined
  /** In the order of registration. */
  readonly #resources = new Map<string, AppliedResource>()
  #outputs: Record<string, unknown> = {}
  #writing: Promise<void> = Promise.resolve()

  private constructor(file: string | undefined) {
    this.#file = file
  }

  static async open(directory: string, stack: string): Promise<StackState> {
    const file = join(directory, stack, 'state.json')
    const state = new StackState(file)
    const text = await readIfThere(file)
    if (text === undefined) return state
    const found = content.parse(JSON.parse(text))
    for (const item of found.resources) state.#resources.set(item.urn, item)
    state.#outputs = found.outputs
    return state
  }

  get outputs(): Record<string, unknown> {
    return this.#outputs
  }

  /** The same content that is never written: what a preview works on. */
  copy(): StackState {
    const copy = new StackState(undefined)
    for (const [urn, item] of this.#resources) copy.#resources.set(urn, item)
    copy.#outputs = this.#outputs
    return copy
  }

  get resources(): AppliedResource[] {
    return [...this.#resources.values()]
  }

  get(urn: string): AppliedResource | undefined {
    return this.#resources.get(urn)
  }

  async put(applied: AppliedResource): Promise<void> {
    // Moved to the end: deletion goes backwards through the order of the last deploy.
    const unchanged = this.#resources.get(applied.urn) === applied
    this.#resources.delete(applied.urn)
    this.#resources.set(applied.urn, applied)
    if (!unchanged) await this.#save()
  }

  async remove(urn: string): Promise<void> {
    this.#resources.delete(urn)
    await this.#save()
  }

  async finish(outputs: Record<string, unknown>): Promise<void> {
    this.#outputs = outputs
    await this.#save(new Date().toISOString())
  }

  async #save(deployedAt?: string): Promise<void> {
    const file = this.#file
    if (file === undefined) return
    const write = this.#writing.then(() => {
      const value = {
        resources: this.resources,
        outputs: this.#outputs,
        ...(deployedAt === undefined ? {} : { deployedAt }),
      }
      return writeAtomically(file, JSON.stringify(value))
    })
    this.#writing = write.catch(() => undefined)
    await write
  }
}

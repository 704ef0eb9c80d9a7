/** The platform's functions by their names, imported and called in this process. */
import { lambdaContext } from './platform.ts'

type Handler = (event: unknown, context: typeof lambdaContext) => Promise<unknown>

export interface DoorsInProcess {
  /** @throws what its door throws */
  call(name: string, event: unknown): Promise<unknown>
  /** Lambda's Invoke: an error is an answer. */
  invoke(input: Record<string, unknown>): Promise<Record<string, unknown>>
}

/** @param entries name of a function to its file, from the root of the repository */
export function doorsInProcess(entries: Readonly<Record<string, string>>): DoorsInProcess {
  const handlers = new Map<string, Handler>()
  const handlerOf = async (name: string): Promise<Handler> => {
    const known = handlers.get(name)
    if (known !== undefined) return known
    const module = (await import(/* @vite-ignore */ `../../${entries[name]}`)) as { handler: Handler }
    handlers.set(name, module.handler)
    return module.handler
  }
  const call = async (name: string, event: unknown) => (await handlerOf(name))(event, lambdaContext)
  return {
    call,
    async invoke(input) {
      const event: unknown = JSON.parse(Buffer.from(input.Payload as Uint8Array).toString('utf8'))
      try {
        const answer = await call(String(input.FunctionName), event)
        return { StatusCode: 200, Payload: Buffer.from(JSON.stringify(answer ?? null)) }
      } catch (error) {
        const { name, message } = error instanceof Error ? error : new Error(String(error))
        const details = { errorType: name, errorMessage: message, trace: [] }
        return { StatusCode: 200, FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify(details)) }
      }
    },
  }
}

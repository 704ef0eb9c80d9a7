/**
 * The process in which a function runs: imports the handler once, then runs one event after the other, as Lambda's
 * own runtime does. It ends with its parent.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

interface Invocation {
  readonly id: string
  readonly event: string
  readonly functionArn: string
  /** Milliseconds since 1970. */
  readonly deadline: number
}
type Handler = (
  event: unknown,
  context: object,
  callback: (error: unknown, value?: unknown) => void,
) => unknown

const endMark = '\u0000end '
let handler: Promise<Handler> | undefined

process.on('message', (message: Invocation) => {
  void answer(message)
})
process.on('disconnect', () => process.exit(0))
process.send?.({ ready: true })

async function answer(invocation: Invocation): Promise<void> {
  let reply: object
  try {
    handler ??= load()
    const value = await run(await handler, invocation)
    reply = { id: invocation.id, result: JSON.stringify(value ?? null) }
  } catch (error) {
    reply = { id: invocation.id, error: describe(error) }
  }
  // The parent takes the answer once both streams have shown this mark: no line of the log is lost or late.
  process.stdout.write(`${endMark}${invocation.id}\n`)
  process.stderr.write(`${endMark}${invocation.id}\n`)
  process.send?.(reply)
}

async function load(): Promise<Handler> {
  const root = process.env.LAMBDA_TASK_ROOT ?? ''
  const [file = '', name = ''] = (process.env._HANDLER ?? '').split(/\.(?=[^.]+$)/)
  const path = ['.mjs', '.js', '.cjs', '.ts']
    .map((ending) => join(root, file + ending))
    .find((candidate) => existsSync(candidate))
  if (path === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${file}'`)
  let module: object
  try {
    module = await import(pathToFileURL(path).href)
  } catch (error) {
    if (error instanceof SyntaxError)
      throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`)
    if (error instanceof Error && 'code' in error && String(error.code).includes('MODULE_NOT_FOUND'))
      throw named('Runtime.ImportModuleError', `Error: ${error.message}`)
    throw error
  }
  const defaults: unknown = Reflect.get(module, 'default')
  const found: unknown =
    Reflect.get(module, name) ??
    (typeof defaults === 'object' && defaults !== null ? Reflect.get(defaults, name) : undefined)
  if (typeof found !== 'function')
    throw named('Runtime.HandlerNotFound', `${process.env._HANDLER} is undefined or not exported`)
  return found as Handler
}

async function run(handle: Handler, { id, event, functionArn, deadline }: Invocation): Promise<unknown> {
  const context = {
    awsRequestId: id,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }
  return await new Promise((resolve, reject) => {
    const callback = (error: unknown, value?: unknown) =>
      error === null || error === undefined ? resolve(value) : reject(error)
    try {
      const answered = handle(JSON.parse(event), context, callback)
      if (answered instanceof Promise || handle.length < 3) resolve(answered)
    } catch (error) {
      reject(error)
    }
  })
}

function named(name: string, message: string): Error {
  const error = new Error(message)
  error.name = name
  return error
}

function describe(error: unknown) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] }
  return { errorType: error.name, errorMessage: error.message, trace: (error.stack ?? '').split('\n') }
}

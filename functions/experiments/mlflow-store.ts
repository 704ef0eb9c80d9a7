/** Sends a run to an MLflow tracking server by its REST API 2.0; sent again, nothing is there twice. */
import * as z from 'zod'
import { RegimenError } from '../errors.ts'
import { type MlflowRun, type ModelFile, runTag } from './mlflow-run.ts'

const waitMilliseconds = 15_000
/** What one `log-batch` takes. */
const mostMetrics = 1_000
const mostParams = 100
const mostTags = 100

const infoSchema = z.object({ run_id: z.string(), experiment_id: z.string(), artifact_uri: z.string() })
const runSchema = z.object({ run: z.object({ info: infoSchema }) })
const experimentSchema = z.object({ experiment: z.object({ experiment_id: z.string() }) })
const createdSchema = z.object({ experiment_id: z.string() })
const foundSchema = z.object({ runs: z.array(z.object({ info: infoSchema })).default([]) })
const refusalSchema = z.object({ error_code: z.string().default(''), message: z.string().default('') })

export interface SentRun {
  /** MLflow's own id. */
  readonly mlflowRunId: string
  readonly experimentId: string
  /** `false` where the server does not take artifacts itself: a tag then names where the model lies. */
  readonly modelSent: boolean
}

/**
 * @param trackingUri `http(s)://[user:password@]host[:port]`
 * @param files of the model, made for MLflow's id of the run
 * @throws RegimenError `ServiceUnavailable` when the server does not answer, `InvalidRequest` when it refuses.
 */
export async function sendRun(
  trackingUri: string,
  run: MlflowRun,
  files: (mlflowRunId: string) => readonly ModelFile[],
): Promise<SentRun> {
  const server = new Server(trackingUri)
  const experimentId = await experimentOf(server, run.experiment)
  const info = (await findRun(server, experimentId, run.name)) ?? (await createRun(server, experimentId, run))
  const batches = Math.max(
    1,
    Math.ceil(run.metrics.length / mostMetrics),
    Math.ceil(run.params.length / mostParams),
    Math.ceil(run.tags.length / mostTags),
  )
  const slice = <Item>(items: readonly Item[], most: number, at: number) =>
    items.slice(at * most, (at + 1) * most)
  for (let at = 0; at < batches; at++)
    await server.post('runs/log-batch', {
      run_id: info.run_id,
      metrics: slice(run.metrics, mostMetrics, at),
      params: slice(run.params, mostParams, at),
      tags: slice(run.tags, mostTags, at),
    })
  const modelSent = await sendFiles(server, info, files(info.run_id))
  await server.post('runs/update', { run_id: info.run_id, status: 'FINISHED', end_time: run.endTime })
  return { mlflowRunId: info.run_id, experimentId, modelSent }
}

async function experimentOf(server: Server, name: string): Promise<string> {
  const known = async () => {
    const found = await server.get(`experiments/get-by-name?experiment_name=${encodeURIComponent(name)}`)
    return found === undefined ? undefined : experimentSchema.parse(found).experiment.experiment_id
  }
  const before = await known()
  if (before !== undefined) return before
  try {
    return createdSchema.parse(await server.post('experiments/create', { name })).experiment_id
  } catch (error) {
    // Two runs that are the first of their experiment.
    const after = await known()
    if (after !== undefined) return after
    throw error
  }
}

async function findRun(server: Server, experimentId: string, name: string) {
  const found = await server.post('runs/search', {
    experiment_ids: [experimentId],
    filter: `tags.\`${runTag}\` = '${name}'`,
    max_results: 1,
  })
  return foundSchema.parse(found).runs[0]?.info
}

async function createRun(server: Server, experimentId: string, run: MlflowRun) {
  const created = await server.post('runs/create', {
    experiment_id: experimentId,
    run_name: run.name,
    start_time: run.startTime,
    tags: run.tags.slice(0, mostTags),
  })
  return runSchema.parse(created).run.info
}

/** A server that proxies its artifacts takes them; any other keeps them where only its own clients may write. */
async function sendFiles(
  server: Server,
  info: z.output<typeof infoSchema>,
  files: readonly ModelFile[],
): Promise<boolean> {
  const root = /^mlflow-artifacts:(?:\/\/[^/]+)?\/(.+)$/.exec(info.artifact_uri)?.[1]
  if (root === undefined) return false
  for (const { path, content } of files) await server.put(`${root}/${path}`, content)
  return true
}

class Server {
  readonly #root: string
  readonly #headers: Record<string, string>

  constructor(trackingUri: string) {
    const url = URL.parse(trackingUri)
    if (url === null || !/^https?:$/.test(url.protocol))
      throw new RegimenError('InvalidRequest', {
        what: 'the tracking URI is no address of an MLflow server',
        expected: 'http(s)://host[:port]',
        do: 'correct MLFLOW_TRACKING_URI, or --mlflow',
      })
    const { username, password } = url
    const account = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    this.#headers =
      username === '' ? {} : { authorization: `Basic ${Buffer.from(account).toString('base64')}` }
    this.#root = `${url.origin}${url.pathname.replace(/\/$/, '')}/api/2.0`
  }

  /** `undefined` for what is not there. */
  async get(path: string): Promise<unknown> {
    const response = await this.#send(`${this.#root}/mlflow/${path}`, { method: 'GET' })
    return response.status === 404 ? undefined : await this.#accept(response)
  }

  async post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' }
    const sent = { method: 'POST', body: JSON.stringify(body), headers }
    return await this.#accept(await this.#send(`${this.#root}/mlflow/${path}`, sent))
  }

  async put(path: string, content: Uint8Array): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' }
    const sent = { method: 'PUT', body: Buffer.from(content), headers }
    await this.#accept(await this.#send(`${this.#root}/mlflow-artifacts/artifacts/${path}`, sent))
  }

  async #send(url: string, { headers, ...request }: RequestInit & { headers?: Record<string, string> }) {
    const signal = AbortSignal.timeout(waitMilliseconds)
    return await fetch(url, { ...request, headers: { ...headers, ...this.#headers }, signal }).catch(
      (cause: unknown) => {
        throw unavailable('it does not answer', cause)
      },
    )
  }

  async #accept(response: Response): Promise<unknown> {
    const text = await response.text()
    if (response.ok) return text === '' ? {} : JSON.parse(text)
    if (response.status >= 500) throw unavailable(`it answered ${response.status}`)
    const refusal = refusalSchema.safeParse(parsed(text))
    throw new RegimenError('InvalidRequest', {
      what: 'the MLflow server refused the run',
      got: `${response.status} ${refusal.data?.error_code ?? ''}`.trim(),
      do: 'look at its log, and send it again: regimen experiments export RUN --mlflow URI',
    })
  }
}

const unavailable = (got: string, cause?: unknown) =>
  new RegimenError('ServiceUnavailable', { what: 'the MLflow server could not be reached', got }, { cause })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

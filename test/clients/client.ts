/** What a client of AWS can do, however it is called: the suite of both clients is written against it. */
import * as z from 'zod'

export type Fields = Record<string, unknown>

export interface Client {
  /** `service` and `operation` as the AWS CLI spells them: `stepfunctions`, `list-executions`. */
  call(service: string, operation: string, input?: Fields): Promise<Fields>
  /** Every page of a listing as one answer. */
  paginate(service: string, operation: string, input?: Fields): Promise<Fields>
  put(bucket: string, key: string, text: string): Promise<Fields>
  get(bucket: string, key: string): Promise<string>
  /** Uploads a large file in parts. */
  upload(file: string, bucket: string, key: string): Promise<void>
  presign(bucket: string, key: string): Promise<string>
  /** Invokes a function and answers what it returned. */
  invoke(name: string, payload: unknown): Promise<unknown>
  /** Asks an endpoint; `body` of the content type, answered as CSV. */
  invokeEndpoint(name: string, contentType: string, body: string): Promise<string>
  stop(): Promise<void>
}

/** The service refused; `code` as the client reads it. */
export class Refused extends Error {
  readonly code: string
  constructor(code: string) {
    super(code)
    this.name = 'Refused'
    this.code = code
  }
}

/** For clients that are processes: any keys open the local cloud. */
export function clientEnvironment(endpoint: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Neither the user's settings nor a proxy may change what is tested.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    NO_PROXY: '*',
  }
}

export const fields = z.record(z.string(), z.unknown())

/** The AWS CLI, one process per call. */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Client, clientEnvironment, type Fields, fields, Refused } from './client.ts'

const run = promisify(execFile)

export function awsCliClient(programs: string, endpoint: string): Client {
  const scratch = mkdtempSync(join(tmpdir(), 'regimen-aws-cli-'))
  const file = join(scratch, 'body')
  const env = clientEnvironment(endpoint)

  const aws = async (...words: string[]): Promise<string> => {
    try {
      const options = { env, maxBuffer: 64 << 20 }
      return (await run(join(programs, 'aws'), [...words, '--output', 'json'], options)).stdout
    } catch (error) {
      const text = error instanceof Error ? String(Reflect.get(error, 'stderr')) : ''
      const code = /An error occurred \((\w+)\)/.exec(text)?.[1]
      throw code === undefined ? error : new Refused(code)
    }
  }
  const answer = (text: string): Fields => (text.trim() === '' ? {} : fields.parse(JSON.parse(text)))
  const call = async (service: string, operation: string, input: Fields = {}) =>
    answer(
      await aws(
        service === 's3' ? 's3api' : service,
        operation,
        '--no-paginate',
        '--cli-input-json',
        JSON.stringify(input),
      ),
    )
  return {
    call,
    paginate: async (service, operation, input = {}) =>
      answer(
        await aws(service === 's3' ? 's3api' : service, operation, '--cli-input-json', JSON.stringify(input)),
      ),
    async put(bucket, key, text) {
      writeFileSync(file, text)
      return answer(await aws('s3api', 'put-object', '--bucket', bucket, '--key', key, '--body', file))
    },
    async get(bucket, key) {
      await aws('s3api', 'get-object', '--bucket', bucket, '--key', key, file)
      return readFileSync(file, 'utf8')
    },
    async upload(from, bucket, key) {
      await aws('s3', 'cp', '--no-progress', from, `s3://${bucket}/${key}`)
    },
    presign: async (bucket, key) => (await aws('s3', 'presign', `s3://${bucket}/${key}`)).trim(),
    async invoke(name, payload) {
      await aws('lambda', 'invoke', '--function-name', name, '--payload', JSON.stringify(payload), file)
      return JSON.parse(readFileSync(file, 'utf8'))
    },
    async invokeEndpoint(name, contentType, body) {
      const asked = join(scratch, 'asked')
      writeFileSync(asked, body)
      const words = ['--endpoint-name', name, '--content-type', contentType, '--accept', 'text/csv']
      await aws('sagemaker-runtime', 'invoke-endpoint', ...words, '--body', `fileb://${asked}`, file)
      return readFileSync(file, 'utf8')
    },
    async stop() {
      rmSync(scratch, { recursive: true, force: true })
    },
  }
}

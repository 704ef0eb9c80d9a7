import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { deploy } from '../../../local/deploy/deploy.ts'
import { type TestCloud, testCloud } from '../running-cloud.ts'

let cloud: TestCloud
let programDir: string

beforeAll(async () => {
  cloud = await testCloud()
  programDir = mkdtempSync(join(tmpdir(), 'program-'))
  cpSync(new URL('./fixtures/program', import.meta.url), programDir, { recursive: true })
  writeFileSync(join(programDir, 'package.json'), '{"type":"module"}')
  symlinkSync(join(process.cwd(), 'node_modules'), join(programDir, 'node_modules'))
})
afterAll(async () => {
  await cloud.stop()
  rmSync(programDir, { recursive: true, force: true })
})

const run = () => deploy({ stack: 'small', endpoint: cloud.running.endpoint, programDir })

describe('deploying a Pulumi program', () => {
  it('applies what the program registers, with real outputs, and nothing the second time', async () => {
    const first = await run()
    expect(first).toMatchObject({ created: 4, updated: 0, deleted: 0, unchanged: 0 })
    expect(first.outputs).toEqual({
      bucketArn: 'arn:aws:s3:::sample-000000000000',
      version: '1',
      secret: 'sample-000000000000',
    })
    const s3 = new S3Client({ ...cloud.client(), forcePathStyle: true })
    const { Body } = await s3.send(
      new GetObjectCommand({ Bucket: 'sample-000000000000', Key: 'greeting.txt' }),
    )
    expect(await Body?.transformToString()).toBe('hello')
    const lambda = new LambdaClient(cloud.client())
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'sample:1' }))
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toEqual([2, 'hidden'])
    expect(await run()).toMatchObject({ created: 0, updated: 0, deleted: 0, unchanged: 4 })
  })

  it('updates only what a changed configuration reaches', async () => {
    await run()
    writeFileSync(join(programDir, 'Pulumi.small.yaml'), 'config:\n  sample:size: 3\n')
    expect(await run()).toMatchObject({ created: 0, updated: 1, unchanged: 3, outputs: { version: '2' } })
  })

  it('fails with the message of the resource that could not be applied', async () => {
    const broken = mkdtempSync(join(tmpdir(), 'broken-'))
    cpSync(programDir, broken, { recursive: true, verbatimSymlinks: true })
    const code = `import * as aws from '@pulumi/aws'
      const vpc = new aws.ec2.InternetGateway('net', {})
      export const id = vpc.id`
    writeFileSync(join(broken, 'index.ts'), code)
    await expect(
      deploy({ stack: 'small', endpoint: cloud.running.endpoint, programDir: broken }),
    ).rejects.toThrow(
      /^deploy of small failed: unknown resource type: aws:ec2\/internetGateway:InternetGateway; expected one of/,
    )
    rmSync(broken, { recursive: true, force: true })
  })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { runCommand } from '../builders/run-command.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'

afterEach(() => void vi.unstubAllEnvs())

describe('a command that is used wrongly', () => {
  it('says so in one JSON document where one was asked for', async () => {
    const { code, stdout } = await runCommand('drift', 'a.csv', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toEqual({
      error: { name: 'InvalidRequest', message: "missing required argument 'current'" },
    })
  })

  it('quotes nothing of a file that is no schema', async () => {
    const directory = temporaryDirectory('wrong-usage')
    const file = join(directory, 'table.csv')
    writeFileSync(file, 'secret,b\n1,2\n')
    const { code, stdout } = await runCommand('profile', file, '--schema', file, '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.message).toBe(
      `the schema cannot be read, ${file}: got a text that is no JSON; expected a JSON list of columns {name, type, …}`,
    )
  })

  it('names a page that cannot be written, and what to do', async () => {
    const directory = temporaryDirectory('wrong-usage')
    const file = join(directory, 'table.csv')
    writeFileSync(file, 'a,b\n1,2\n')
    const page = join(directory, 'nowhere', 'page.html')
    const ended = [
      await runCommand('profile', file, '--report', page, '--json'),
      await runCommand('drift', file, file, '--report', page, '--json'),
    ]
    for (const { code, stdout } of ended) {
      expect(code).toBe(2)
      expect(JSON.parse(stdout).error.message).toBe(
        `the file cannot be written, ${page}: got ENOENT; name a file in a folder that is there and may be written`,
      )
    }
  })

  it.each([
    [
      {
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_CONFIG_FILE: '/nowhere',
        AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
      },
      /^AWS did not say whose account this is, in us-east-1: got Could not load credentials .*; sign in, as with `aws sso login`/,
    ],
    [
      { AWS_ENDPOINT_URL: 'http://127.0.0.1:9', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' },
      /^the cloud did not say whose account this is, http:\/\/127.0.0.1:9: got .*; check AWS_ENDPOINT_URL/,
    ],
  ])('says how to be known where nobody is, %#', async (variables, message) => {
    for (const name of [
      'AWS_ENDPOINT_URL',
      'AWS_PROFILE',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_REGION',
    ])
      vi.stubEnv(name, undefined)
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    const { code, stdout } = await runCommand('models', 'list', '--stack', 'prod', '--json')
    expect([code, JSON.parse(stdout).error.name]).toEqual([1, 'ServiceUnavailable'])
    expect(JSON.parse(stdout).error.message).toMatch(message)
  })

  it('starts no cloud for an environment that the program does not know', async () => {
    const { code, stdout } = await runCommand('up', '--stack', 'nosuch', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(stdout).error.message).toBe(
      'no such environment: got nosuch; expected one of dev, prod, staging; name one of them with --stack, or write Pulumi.nosuch.yaml',
    )
  })
})

/** Reads what the doctor examines from the files and the environment of whoever runs it. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import * as z from 'zod'
import { readConfig } from '../../local/deploy/program-config.ts'
import { readConfiguration } from '../../stacks/configuration.ts'
import { projects } from '../../stacks/projects.ts'
import { programDirectory } from '../program-directory.ts'
import { awsAccount } from './aws-account.ts'
import type { Subject } from './subject.ts'

const stackFile = z.object({
  secretsprovider: z.string().exactOptional(),
  encryptionsalt: z.string().exactOptional(),
})
const projectFile = z.object({ backend: z.object({ url: z.string() }).exactOptional() })
const login = z.object({ current: z.string().exactOptional() })

export function readSubject(stack: string): Subject {
  const root = resolve(programDirectory)
  const read = readValues(root, stack)
  const values: Values = 'refused' in read ? {} : read.values
  const configuration = 'refused' in read ? read : readAccepted(stack, read.values)
  const chosen = 'refused' in configuration ? [] : configuration.projects
  const file = readYaml(join(root, `Pulumi.${stack}.yaml`))
  const { secretsprovider, encryptionsalt } = stackFile.safeParse(file).data ?? {}
  const configuredRegion = values['aws:region']
  const region = process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? configuredRegion ?? 'us-east-1'
  return {
    stack,
    configuration,
    instanceTypes: [
      ...new Set(
        Object.values(projects).flatMap((each) =>
          chosen.includes(each.id) ? each.trainingInstanceType : [],
        ),
      ),
    ],
    configuredRegion,
    region,
    isLocal: process.env.AWS_ENDPOINT_URL !== undefined,
    root,
    node: process.version,
    pulumiVersion,
    backend: backendOf(root),
    secretsProvider: secretsprovider ?? (encryptionsalt === undefined ? undefined : 'passphrase'),
    hasPassphrase:
      process.env.PULUMI_CONFIG_PASSPHRASE !== undefined ||
      process.env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined,
    account: awsAccount(region),
  }
}

type Values = Readonly<Record<string, string>>
type Refused = { readonly refused: string }
const refusal = (error: unknown): Refused => ({
  refused: error instanceof Error ? error.message : String(error),
})

function readValues(root: string, stack: string): { readonly values: Values } | Refused {
  if (!existsSync(join(root, `Pulumi.${stack}.yaml`))) return { refused: `there is no Pulumi.${stack}.yaml` }
  try {
    return { values: readConfig(root, stack).values }
  } catch (error) {
    return refusal(error)
  }
}

function readAccepted(stack: string, values: Values): Subject['configuration'] {
  try {
    const given = Object.keys(values).flatMap((key) => /^regimen:(.+)$/.exec(key)?.[1] ?? [])
    return readConfiguration(stack, (key) => values[`regimen:${key}`], Object.keys(projects), given)
  } catch (error) {
    return refusal(error)
  }
}

/** As Pulumi looks: the environment, the project's file, where somebody last logged in. */
function backendOf(root: string): string | undefined {
  const project = projectFile.safeParse(readYaml(join(root, 'Pulumi.yaml'))).data
  const home = process.env.PULUMI_HOME ?? join(homedir(), '.pulumi')
  const logged = login.safeParse(readYaml(join(home, 'credentials.json'))).data
  return process.env.PULUMI_BACKEND_URL ?? project?.backend?.url ?? logged?.current
}

function readYaml(file: string): unknown {
  return existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined
}

async function pulumiVersion(): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(process.env.PULUMI_CLI ?? 'pulumi', ['version'])
    return stdout.trim()
  } catch {
    // Whatever keeps it from starting keeps it from deploying.
    return undefined
  }
}

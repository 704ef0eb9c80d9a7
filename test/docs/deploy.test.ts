import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { regimenProgram } from '../../cli/main.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const workflows = ['check', 'preview', 'deploy-environment', 'deploy'].map(
  (name) => `.github/workflows/${name}.yml`,
)

/** Lines of a page's shell blocks, and of a workflow's `run` steps. */
function commandsOf(file: string): string[] {
  const text = read(file)
  const blocks = file.endsWith('.md')
    ? [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!)
    : runsOf(parse(text))
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function runsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(runsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => (key === 'run' ? [String(each)] : runsOf(each)))
}

const all = ['docs/deploy.md', ...workflows].flatMap((file) =>
  commandsOf(file).map((line) => ({ file, line })),
)
const beginning = (words: string) => [
  ...new Set(all.map(({ line }) => line).filter((line) => line.startsWith(words))),
]

/** What the real program makes of a line: nothing is run, and what is wrong with it is thrown. */
async function parsed(line: string): Promise<string> {
  const program = await regimenProgram()
  let reached = ''
  const silence = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined })
    for (const child of command.commands) silence(child)
    if (command.commands.length === 0)
      command.action(() => {
        const names: string[] = []
        for (let each: Command | null = command; each !== null; each = each.parent) names.unshift(each.name())
        reached = names.join(' ')
      })
  }
  silence(program)
  const words = line.replace(/\$\{\{.*?\}\}/g, 'VALUE').split(/\s+/)
  await program.parseAsync(words.slice(2), { from: 'user' })
  return reached
}

test.each(beginning('npx regimen '))('%s: is taken by the command as it is written', async (line) => {
  expect(line.replace(/^npx /, '').startsWith(await parsed(line))).toBe(true)
})

test.each([
  ['npx regimen doctors --stack dev', 'unknown command'],
  ['npx regimen doctor --stacks dev', 'unknown option'],
  ['npx regimen stack rollback --stack dev', 'required option'],
  ['npx regimen datasets approve --stack dev', 'missing required argument'],
])('%s would be found: %s', async (line, message) => {
  await expect(parsed(line)).rejects.toThrow(message)
})

test.each(beginning('npm run '))('%s: the script exists', (line) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  expect(Object.keys(scripts)).toContain(line.split(' ')[2])
})

/** Commands of the Pulumi and AWS CLIs with the options that the page uses, as their references name them. */
const known: Readonly<Record<string, readonly string[]>> = {
  'pulumi login': [],
  'pulumi stack init': ['--secrets-provider'],
  'pulumi preview': ['--stack', '--policy-pack'],
  'pulumi up': ['--stack', '--policy-pack', '--yes'],
  'pulumi config set': ['--path', '--secret', '--stack'],
  'aws s3api create-bucket': ['--bucket'],
  'aws s3api put-bucket-versioning': ['--bucket', '--versioning-configuration'],
  'aws s3api put-public-access-block': ['--bucket', '--public-access-block-configuration'],
  'aws kms create-key': ['--description', '--query', '--output'],
  'aws kms create-alias': ['--alias-name', '--target-key-id'],
}

test.each([...beginning('pulumi '), ...beginning('aws ')])('%s: is one of those commands', (line) => {
  const found = Object.keys(known).find((command) => line === command || line.startsWith(`${command} `))
  expect(found).toBeDefined()
  for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(known[found!]).toContain(option)
})

test('nothing else stands in the shell blocks than what is held above', () => {
  const others = all
    .map(({ line }) => line)
    .filter((line) => !/^(npx regimen |npm (ci|i|run|test)\b|pulumi |aws |export |echo )/.test(line))
  expect(others).toEqual([])
})

test('every key that the page names is a setting', () => {
  const page = read('docs/configuration.md')
  for (const [key] of read('docs/deploy.md').matchAll(/regimen:[a-zA-Z]+/g))
    expect(page).toContain(`\`${key}\``)
})

test('prod is deployed last, after staging, and only what passed the checks', () => {
  const { jobs } = parse(read('.github/workflows/deploy.yml')) as {
    jobs: Record<string, { needs?: string; with?: { environment: string } }>
  }
  expect(
    Object.entries(jobs).map(([name, { needs, with: given }]) => [name, needs, given?.environment]),
  ).toEqual([
    ['check', undefined, undefined],
    ['dev', 'check', 'dev'],
    ['staging', 'dev', 'staging'],
    ['prod', 'staging', 'prod'],
  ])
})

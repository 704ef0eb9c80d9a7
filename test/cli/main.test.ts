import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { regimenProgram } from '../../cli/main.ts'
import { loadedBy } from '../builders/loaded-by.ts'
import { runCommand } from '../builders/run-command.ts'
import { temporaryDirectory } from '../builders/temporary-directory.ts'

const namesFor = async (...words: readonly string[]) =>
  (await regimenProgram(words)).commands.map((command) => command.name())

const commandFiles = (files: readonly string[]) =>
  files.filter((file) => file.startsWith('cli/commands/')).map((file) => file.slice('cli/commands/'.length))

describe('the commands of the program', () => {
  it('are found under the names that they have', async () => {
    const names = await namesFor()
    expect(names).toHaveLength(23)
    for (const name of names) expect(await namesFor(name)).toEqual([name])
  })

  it.each([
    ['drift a.csv b.csv', 'drift'],
    ['--json drift a.csv b.csv', 'drift'],
    ['--project drift train', 'train'],
    ['--dir=drift --stack prod train --json', 'train'],
    ['models list --stack drift', 'models'],
    ['drift --help', 'drift'],
    ['-- drift', 'drift'],
  ])('are one where `regimen %s` names it', async (line, name) => {
    expect(await namesFor(...line.split(' '))).toEqual([name])
  })

  it.each(['', '--help', 'help', 'help drift', 'drfit', 'constructor', '--jsn drift'])(
    'are all there where `regimen %s` names none',
    async (line) => {
      expect((await namesFor(...line.split(' ').filter(Boolean))).length).toBeGreaterThan(1)
    },
  )

  it('are suggested to who mistypes one, and told of with their descriptions to who asks', async () => {
    const mistyped = await runCommand('drfit')
    expect([mistyped.code, mistyped.stderr]).toEqual([
      2,
      "error: unknown command 'drfit'\n(Did you mean drift?)\n",
    ])
    const { code, stdout } = await runCommand('help', 'drift')
    expect([code, stdout.split('\n')[0]]).toEqual([0, 'Usage: regimen drift [options] <baseline> <current>'])
    expect((await runCommand('--help')).stdout).toMatch(
      /\n {2}status \[options\] +whether a local cloud is up/,
    )
  })
})

describe('a command loads what it needs', () => {
  it('and not Pulumi, the local cloud or the validator of state machines to help with any command', () => {
    const { code, stdout, files, packages } = loadedBy('--help')
    expect([code, commandFiles(files).includes('simulate.ts')]).toEqual([0, true])
    expect(stdout).toMatch(/^Usage: regimen /)
    expect(packages.filter((name) => /^(@pulumi\/|@grpc\/|dynalite$|asl-validator$)/.test(name))).toEqual([])
    expect(files).not.toContain('local/cloud.ts')
  })

  it('and of a package only the parser of options where it scores or makes up tables', () => {
    for (const name of ['score', 'generate', 'boost']) {
      const { code, files, packages } = loadedBy(name, '--help')
      expect([code, commandFiles(files), packages]).toEqual([0, [`${name}.ts`], ['commander']])
    }
  })

  it('and no client of AWS to say whether a local cloud is up', () => {
    const { code, stdout, packages } = loadedBy('status', '--dir', temporaryDirectory('main'))
    expect([code, stdout]).toEqual([0, 'no local cloud is up\n'])
    expect(packages.filter((name) => /^@(aws-sdk|pulumi|duckdb)\//.test(name))).toEqual([])
  })

  it('and the clients of few services to ask for a prediction or for the graph of an environment', () => {
    for (const words of [['predict'], ['stack', 'graph']]) {
      const { code, packages } = loadedBy(...words, '--help')
      const clients = packages.flatMap((name) => /^@aws-sdk\/client-(.*)/.exec(name)?.[1] ?? [])
      expect([code, clients.sort()]).toEqual([0, ['lambda', 's3', 'sfn', 'sts']])
    }
  })

  it('and neither another command nor DuckDB to look at a small table or to compare two', () => {
    const file = join(temporaryDirectory('main'), 'table.csv')
    writeFileSync(file, 'a,b\n1,2\n3,4\n')
    for (const words of [
      ['drift', file, file],
      ['profile', file],
    ]) {
      const { code, files, packages } = loadedBy('--json', ...words)
      expect([code, commandFiles(files)]).toEqual([0, [`${words[0]}.ts`]])
      expect(packages.filter((name) => /^@(pulumi|aws-sdk|duckdb)\//.test(name))).toEqual([])
      expect(files.filter((name) => /^(local|infra|stacks)\//.test(name))).toEqual([])
    }
  })

  it('and a run of a state machine needs no validator', () => {
    const file = join(temporaryDirectory('main'), 'machine.json')
    const states = { Once: { Type: 'Pass', Output: '{% 1 + 1 %}', End: true } }
    writeFileSync(file, JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'Once', States: states }))
    const { code, stdout, packages } = loadedBy('states', 'run', file, '--json')
    expect([code, JSON.parse(stdout).output]).toEqual([0, 2])
    expect([...packages].sort()).toEqual(['commander', 'jsonata', 'zod'])
  })
})

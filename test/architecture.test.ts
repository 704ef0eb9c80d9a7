/** Who may import whom: the rules that keep kernels pure and the platform free of any use case. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { stages } from '../functions/stages.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const areas = ['functions', 'projects', 'infra', 'stacks', 'local', 'cli', 'web'] as const
type Area = (typeof areas)[number]

const allowed: Record<Area, readonly Area[]> = {
  functions: ['functions'],
  projects: ['projects', 'functions'],
  infra: ['infra', 'functions'],
  stacks: ['stacks', 'infra', 'projects', 'functions'],
  local: ['local', 'stacks', 'infra', 'functions'],
  cli: ['cli', 'local', 'stacks', 'infra', 'projects', 'functions'],
  web: ['web'],
}

/** A stage reads what earlier ones made. These are read by all: what models are, and numbers. */
const order: readonly string[] = ['statistics', ...stages]
const readByAll = new Set(['statistics', 'scoring'])

interface Import {
  readonly file: string
  readonly target: string
}

function sources(area: string): string[] {
  const directory = join(root, area)
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(area, name))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [
    ...text.matchAll(/(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)/g),
  ].map((match) => {
    const name = match[1] ?? match[2] ?? ''
    return { file, target: name.startsWith('.') ? relative(root, join(root, dirname(file), name)) : name }
  })
}

const existing = areas.filter((area) => readdirSync(root).includes(area))
const all = existing.flatMap((area) => sources(area).flatMap(importsOf))
const isDoorOrStore = (file: string) => /(^|[/.])handler\.ts$|-store\.ts$|^functions\/door\.ts$/.test(file)

describe('architecture', () => {
  it('finds the imports that it judges', () => {
    expect(all.length).toBeGreaterThan(500)
  })

  it('lets imports go one way only', () => {
    const wrong = all.filter(({ file, target }) => {
      const from = areas.find((area) => file.startsWith(`${area}/`))
      const to = areas.find((area) => target.startsWith(`${area}/`))
      return from !== undefined && to !== undefined && !allowed[from].includes(to)
    })
    expect(wrong).toEqual([])
  })

  it('lets only doors and stores touch the world', () => {
    const world = /^(@aws-sdk|@middy|@aws-lambda-powertools|@duckdb)\//
    const wrong = all.filter(
      ({ file, target }) => file.startsWith('functions/') && world.test(target) && !isDoorOrStore(file),
    )
    expect(wrong).toEqual([])
  })

  it('lets a stage import only what comes before it', () => {
    const stageOf = (path: string) => /^functions\/([^/]+)\//.exec(path)?.[1]
    const wrong = all.filter(({ file, target }) => {
      const from = stageOf(file)
      const to = stageOf(target)
      if (from === undefined || to === undefined || from === to || readByAll.has(to)) return false
      const [here, there] = [order.indexOf(from), order.indexOf(to)]
      return here >= 0 && there >= 0 && there > here
    })
    expect(wrong).toEqual([])
  })

  it('keeps every word of medicine in the use case', () => {
    const medicine = /patient|medication|diabet|adherence|diagnosis|clinical|hospital|insulin/i
    const wrong = existing
      .filter((area) => ['functions', 'infra', 'local'].includes(area))
      .flatMap(sources)
      .filter((file) => medicine.test(readFileSync(join(root, file), 'utf8')))
    expect(wrong).toEqual([])
  })
})

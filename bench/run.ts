/** `npm run bench -- <name> [--json]`: runs `bench/<name>.ts`, which exports `measure`, and prints its figures. */
import { readdirSync } from 'node:fs'

const [name, ...flags] = process.argv.slice(2)
/** Benches are the files that export `measure`; the others are what they share. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => /^[a-z]+\.ts$/.test(file) && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
if (name === undefined || !names.includes(name) || flags.some((flag) => flag !== '--json')) {
  process.stderr.write(`usage: npm run bench -- <name> [--json]; one of ${names.join(', ')}\n`)
  process.exit(2)
}
const bench: { measure(): Promise<object> } = await import(`./${name}.ts`)
const figures = await bench.measure()
process.stdout.write(
  flags.includes('--json') ? `${JSON.stringify(figures, undefined, 2)}\n` : `${lines(figures).join('\n')}\n`,
)

function lines(value: object, path = ''): string[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null
      ? lines(inner, `${path}${key}.`)
      : [`${`${path}${key}`.padEnd(36)} ${typeof inner === 'number' ? Number(inner.toPrecision(4)) : inner}`],
  )
}

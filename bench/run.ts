/** `npm run bench -- <name> [--json] [--gigabytes N]`: runs `bench/<name>.ts`, which exports `measure`, and prints its figures. */
import { readdirSync } from 'node:fs'

const [name, ...given] = process.argv.slice(2)
/** Size of the large table of `data`, which is left out where none is named: it takes a while. */
const sizeAt = given.indexOf('--gigabytes')
const gigabytes = sizeAt < 0 ? 0 : Number(given.splice(sizeAt, 2)[1])
const flags = given
/** Benches are the files that export `measure`; the others are what they share. */
const names = readdirSync(import.meta.dirname)
  .filter((file) => /^[a-z]+\.ts$/.test(file) && file !== 'run.ts')
  .map((file) => file.slice(0, -'.ts'.length))
if (
  name === undefined ||
  !names.includes(name) ||
  flags.some((flag) => flag !== '--json') ||
  !(gigabytes >= 0)
) {
  process.stderr.write(
    `usage: npm run bench -- <name> [--json] [--gigabytes N]; one of ${names.join(', ')}\n`,
  )
  process.exit(2)
}
const bench: { measure(options: { gigabytes: number }): Promise<object> } = await import(`./${name}.ts`)
const figures = await bench.measure({ gigabytes })
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

/** `npm run test:faults`: the suite, or with `--kills N --seed S` the kill demo alone. */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { killDemo } from './kill/kill-demo.ts'

const number = { type: 'string' } as const
const { values, positionals } = parseArgs({
  options: { kills: number, seed: number, rows: number },
  allowPositionals: true,
})

if (values.kills === undefined) {
  const reporters = ['--reporter=default', '--reporter=./test/case-counter.ts']
  const { status } = spawnSync('vitest', ['run', '--project', 'faults', ...reporters, ...positionals], {
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} else {
  const options = {
    kills: Number(values.kills),
    seed: Number(values.seed ?? 1),
    rows: Number(values.rows ?? 6_000),
  }
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  say(`kills ${options.kills}, seed ${options.seed}, rows ${options.rows}`)
  const checks = await killDemo({ ...options, say })
  for (const { title, problems } of checks)
    say(
      `${problems.length === 0 ? 'ok    ' : 'FAILED'} ${title}${problems.map((problem) => `\n         ${problem}`).join('')}`,
    )
  const failed = checks.filter(({ problems }) => problems.length > 0).length
  say(`${checks.length} cases`)
  say(`${checks.length - failed} passed, ${failed} failed, 0 skipped`)
  process.exitCode = failed === 0 ? 0 : 1
}

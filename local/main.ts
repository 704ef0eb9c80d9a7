/** Process entry of the local cloud: `node local/main.ts --dir .regimen --port 4566`. */
import { parseArgs } from 'node:util'
import { startCloud } from './cloud.ts'
import { services } from './services.ts'

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: '.regimen' },
    port: { type: 'string', default: '4566' },
    'record-calls': { type: 'string' },
    'no-enforce': { type: 'boolean', default: false },
  },
})

try {
  const running = await startCloud({
    directory: values.dir,
    port: Number(values.port),
    services: services(),
    recordCalls: values['record-calls'] ?? process.env.REGIMEN_RECORD_CALLS,
    enforce: !values['no-enforce'],
  })
  const stop = () => {
    // A second signal must not wait for what hangs.
    process.once('SIGINT', () => process.exit(1))
    process.once('SIGTERM', () => process.exit(1))
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  process.stdout.write(`${JSON.stringify({ ready: true, endpoint: running.endpoint, pid: process.pid })}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

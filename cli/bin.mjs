#!/usr/bin/env node
/** The door of the command: plain JavaScript, so that a Node that is too old can still say so. */
const needed = 24
const major = Number(process.versions.node.split('.')[0])
if (major < needed) {
  process.stderr.write(
    `NodeTooOld: regimen needs Node ${needed}, got ${process.version} (${process.execPath}).\n` +
      'It brings its own: run it as `npx regimen …` or `npm start` from its folder after `npm ci`.\n' +
      'If that still shows an old Node, the install script of the package `node` was denied: ' +
      'run `npm ci --allow-scripts=node`, or `npm rebuild node`.\n',
  )
  process.exit(2)
}
// Whoever reads may have seen enough: `| head`.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1))
if (process.argv[2] !== '--guard') {
  // The types are stripped and the code compiled once, not at every start; the cloud that `up` starts finds it too.
  const [{ enableCompileCache }, { fileURLToPath }] = await Promise.all([
    import('node:module'),
    import('node:url'),
  ])
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
    new URL('../node_modules/.cache/regimen/compiled', import.meta.url),
  )
  enableCompileCache(process.env.NODE_COMPILE_CACHE)
  const { main } = await import('./main.ts')
  process.exitCode = await main(process.argv)
}

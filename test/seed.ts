/**
 * Property tests draw the same cases in every run, so that a red run is red again for whoever looks at it.
 * `FC_SEED=7` draws others, `FC_SEED=any` new ones each time.
 */
import fc from 'fast-check'

const asked = process.env.FC_SEED ?? '20261121'
if (asked !== 'any') fc.configureGlobal({ seed: Number(asked) })

/** Which engine a command drives: the local cloud's on the laptop, Pulumi's on AWS, or the one that is asked for. */
import { InvalidArgumentError } from 'commander'
import type { Context } from '../context.ts'
import type { Engine } from './engine.ts'
import { localEngine } from './local-engine.ts'
import { pulumiEngine } from './pulumi-engine.ts'

export type EngineName = 'local' | 'pulumi'

export function engineName(text: string): EngineName {
  if (text === 'local' || text === 'pulumi') return text
  throw new InvalidArgumentError('expected local or pulumi.')
}

export function chooseEngine(context: Context, asked: EngineName | undefined): Engine {
  const endpoint = process.env.AWS_ENDPOINT_URL
  const { environment, out } = context
  const progress = (line: string) => out.passing(`  … ${line}`)
  if (endpoint === undefined || asked === 'pulumi') return pulumiEngine(environment, progress)
  return localEngine(environment, endpoint, progress)
}

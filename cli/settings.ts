/** Collects repeated `--set key=value` options. */
import { InvalidArgumentError } from 'commander'

export function settings(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('expected key=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

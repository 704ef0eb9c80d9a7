/** A function's environment variable that must be there. */
import { RegimenError } from './errors.ts'

/** @throws RegimenError `InvalidRequest` that names the variable. */
export function requiredVariable(name: string): string {
  const value = process.env[name]
  if (value === undefined || value === '')
    throw new RegimenError('InvalidRequest', {
      what: `the environment variable ${name} is not set`,
      do: 'deploy the function with it',
    })
  return value
}

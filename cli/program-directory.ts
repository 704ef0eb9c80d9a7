/** The folder that holds the Pulumi program: the root of this repository. */
import { fileURLToPath } from 'node:url'

export const programDirectory = fileURLToPath(new URL('..', import.meta.url))

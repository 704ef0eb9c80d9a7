/** The person of an ARN or a name: the user, or the session of an assumed role. */
export const person = (identity: string): string =>
  identity.slice(identity.lastIndexOf('/') + 1).toLowerCase()

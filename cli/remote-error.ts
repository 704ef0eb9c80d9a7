/** An error that came from the other side; `name` is its name in the taxonomy. */
export class RemoteError extends Error {
  /** The run that it ended, where it was one. */
  readonly runId: string | undefined

  constructor(name: string, message: string, runId?: string) {
    super(message)
    this.name = name
    this.runId = runId
  }
}

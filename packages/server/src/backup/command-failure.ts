/** A command came to no good end for a reason that a person can understand: the text is all they need. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure'
}

/** Whether the system refused something: a full disk, a closed pipe. */
export function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}

import type { StoreInvocation } from '../config/backup-settings.ts'
import { backUp } from './backup-command.ts'
import { CommandFailure, isSystemError } from './command-failure.ts'
import { restore } from './restore-command.ts'

/**
 * Does what a command asks of a store.
 *
 * @param stop aborts it
 * @param say called with lines for whoever asked. They are no part of the backup, so not for standard output
 * @throws CommandFailure where it was stopped, or where the system refused something; ConfigurationError, BackupFormatError,
 *   StoreConfigurationError, StoreError
 */
export async function runStoreCommand(
  invocation: StoreInvocation,
  stop: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  try {
    if (invocation.command === 'backup') say(await backUp(invocation.backup, stop, say))
    else say(await restore(invocation.restore, stop, say))
  } catch (error) {
    if (stop.aborted) throw new CommandFailure(`${invocation.command} was stopped before its end`, { cause: error })
    if (isSystemError(error)) throw new CommandFailure(`${invocation.command}: ${error.message}`, { cause: error })
    throw error
  }
}

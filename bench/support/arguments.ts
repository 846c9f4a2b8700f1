/** An option that cannot be used as it was given. The text says which and what to give. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Reads a whole number. @throws UsageError that names the option */
export function wholeNumber(option: string, text: string, least = 0): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < least || text.trim() === '') {
    throw new UsageError(`--${option} takes a whole number from ${least}, not "${text}"`)
  }
  return number
}

/** Reads one of some words. @throws UsageError that names the option */
export function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === text)
  if (word === undefined) throw new UsageError(`--${option} takes ${words.join(' or ')}, not "${text}"`)
  return word
}

/**
 * Runs a command of this folder: sets the exit code to 0 where it passes, 1 where it does not or fails, and 2, with a single
 * line, where it was called wrongly.
 */
export async function runCommand(command: () => Promise<boolean>): Promise<void> {
  try {
    process.exitCode = (await command()) ? 0 : 1
  } catch (error) {
    const usage = error instanceof UsageError || isParseArgsError(error)
    process.exitCode = usage ? 2 : 1
    console.error(usage ? error.message : error)
  }
}

function isParseArgsError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_')
}

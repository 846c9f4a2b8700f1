import { parseArgs } from 'node:util'
import { ConfigurationError, type Setting } from './settings.ts'

/** Gives what a setting was set to, or the fallback where it was not. @throws ConfigurationError */
export type SettingReader = <T, F>(setting: Setting<T>, fallback: F) => T | F

/**
 * Reads a command's settings: each is a flag or, unless it must be typed, an environment variable, and the flag wins.
 *
 * @param known all settings that the command has
 * @param args what stands after the command
 * @throws ConfigurationError one line that names a flag which there is not
 */
export function settingReader(
  known: readonly Setting<unknown>[],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): SettingReader {
  const flags = readFlags(known, args)
  return (setting, fallback) => {
    const around = setting.typed === true ? undefined : environment[environmentName(setting)]
    const text = flags.get(setting.flag) ?? around
    return text === undefined ? fallback : setting.parse(text)
  }
}

/** A setting's line in the help. */
export function settingHelp(setting: Setting<unknown>): string {
  const flag = setting.placeholder === undefined ? `--${setting.flag}` : `--${setting.flag} <${setting.placeholder}>`
  const variable = setting.typed === true ? '' : ` (${environmentName(setting)})`
  return `  ${flag.padEnd(36)} ${setting.help}${variable}`
}

function readFlags(known: readonly Setting<unknown>[], args: readonly string[]): Map<string, string> {
  const options = known.map(
    ({ flag, placeholder, repeatable = false }) =>
      [
        flag,
        { type: placeholder === undefined ? ('boolean' as const) : ('string' as const), multiple: repeatable },
      ] as const,
  )
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(options), strict: true })
    return new Map(Object.entries(values).flatMap(([flag, text]) => (text === undefined ? [] : [[flag, lines(text)]])))
  } catch (error) {
    // A secret with a space in it, that was not quoted, ends up as an argument of its own.
    if (known.some(({ flag, secret }) => secret === true && args.includes(`--${flag}`)) && isStray(error)) {
      throw new ConfigurationError(
        'an argument stands where a flag should: quote what has spaces (weft help lists the flags)',
      )
    }
    // What follows the first sentence is advice for programmers, on lines of its own.
    const [message] = error instanceof Error ? error.message.split(/\. |\n/) : []
    throw new ConfigurationError(`${message ?? 'a flag is wrong'} (weft help lists the flags)`, { cause: error })
  }
}

function isStray(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
}

/** What was given several times, one a line. */
function lines(given: string | boolean | (string | boolean)[]): string {
  return Array.isArray(given) ? given.join('\n') : String(given)
}

function environmentName(setting: Setting<unknown>): string {
  return `WEFT_${setting.flag.toUpperCase().replaceAll('-', '_')}`
}

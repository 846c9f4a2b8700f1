import { ConfigurationError } from './settings.ts'

const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The longest time that can be asked for: a hundred years. */
const longest = 100 * 366 * 86_400_000

/**
 * Reads a time such as `90s`, `15m`, `1h` or `30d`.
 *
 * @returns milliseconds
 * @throws ConfigurationError
 */
export function parseDuration(flag: string, text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const time = Number(count) * (units[unit] ?? Number.NaN)
  if (!(time > 0 && time <= longest)) {
    throw new ConfigurationError(`--${flag} takes a time such as 90s, 15m, 1h or 30d, not "${text}"`)
  }
  return time
}

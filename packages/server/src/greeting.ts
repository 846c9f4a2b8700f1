import type { Command, Config } from './config/settings.ts'

/** On a terminal a person reads: one link, and what went wrong. Elsewhere a program does: every event. */
function isForPerson(command: Command): boolean {
  return command === 'dev' && process.stdout.isTTY
}

/** A configuration with the log that whoever reads it wants. */
export function forReader(command: Command, config: Config): Config {
  return isForPerson(command) && config.logLevel === 'info' ? { ...config, logLevel: 'warn' } : config
}

/** Tells a person where to go. */
export function greet(command: Command, url: string): void {
  if (isForPerson(command)) process.stdout.write(`\n  Weft is ready: ${url}\n\n`)
}

import { isIPv4 } from 'node:net'
import { parseArgs } from 'node:util'
import { type Command, type Config, ConfigurationError, defaults, type Setting, settings } from './settings.ts'
import { assertStoreFits, defaultDurability, isSharedStore } from './store-fit.ts'

/** What a command line asks for. */
export type Invocation =
  | { readonly command: Command; readonly config: Config }
  | { readonly command: 'nodes'; readonly store: string }
  | { readonly command: 'help'; readonly text: string }

const commands: Readonly<Record<Command | 'nodes', string>> = {
  dev: 'serve on this machine only, everyone may write, documents in ./.weft',
  serve: 'serve as configured',
  nodes: 'list the nodes that are up; takes --store, the Redis that they share',
}

/**
 * Reads a command line; what it leaves out comes from the environment, and then from the command's defaults.
 *
 * @throws ConfigurationError one line that names the flag
 */
export function readInvocation(args: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const [command = 'help', ...rest] = args
  if (command === 'help' || command === '--help' || rest.includes('--help')) return { command: 'help', text: help() }
  if (command === 'nodes') return { command, store: readSharedStore(rest, environment) }
  if (command !== 'dev' && command !== 'serve') {
    throw new ConfigurationError(`there is no command "${command}": use ${Object.keys(commands).join(', ')}`)
  }
  return { command, config: readConfig(command, readFlags(rest, Object.values(settings)), environment) }
}

/** The store of a command that is about several nodes. A file is not shared, and looking into it would take hold of it. */
function readSharedStore(args: readonly string[], environment: NodeJS.ProcessEnv): string {
  const { store } = settings
  const url = readFlags(args, [store]).get(store.flag) ?? environment[environmentName(store)] ?? ''
  if (isSharedStore(url)) return url
  // It may hold a password, so the text does not repeat it.
  throw new ConfigurationError(`--store takes the Redis that the nodes share here, for example redis://127.0.0.1:6379`)
}

function readConfig(command: Command, flags: ReadonlyMap<string, string>, environment: NodeJS.ProcessEnv): Config {
  const base = defaults[command]
  const value = <T>(setting: Setting<T>, fallback: T): T => {
    const text = flags.get(setting.flag) ?? environment[environmentName(setting)]
    return text === undefined ? fallback : setting.parse(text)
  }
  const anonymous = value(settings.anonymous, base.anonymous)
  if (anonymous === undefined) {
    throw new ConfigurationError(
      '--anonymous must be given: this server verifies no tokens, so say what everyone may do',
    )
  }
  const store = value(settings.store, base.store)
  const config: Config = {
    store,
    durability: value(settings.durability, defaultDurability(store)),
    redisSettings: value(settings.redisSettings, base.redisSettings),
    role: value(settings.role, base.role),
    port: value(settings.port, base.port),
    host: value(settings.host, base.host),
    anonymous,
    allowedOrigins: value(settings.allowedOrigins, base.allowedOrigins),
    drainWindow: value(settings.drainWindow, base.drainWindow),
    emptyRoomGrace: value(settings.emptyRoomGrace, base.emptyRoomGrace),
    logLevel: value(settings.logLevel, base.logLevel),
  }
  if (command === 'dev' && !isLoopback(config.host)) {
    throw new ConfigurationError(
      `--host ${config.host}: weft dev serves this machine only, since everyone may write; use weft serve`,
    )
  }
  assertStoreFits(config)
  return config
}

/** Whether an address to listen on is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function readFlags(args: readonly string[], taken: readonly Setting<unknown>[]): Map<string, string> {
  const known = taken.map((setting) => [setting.flag, { type: 'string' as const }] as const)
  try {
    const { values } = parseArgs({ args: [...args], options: Object.fromEntries(known), strict: true })
    return new Map(Object.entries(values).flatMap(([flag, text]) => (typeof text === 'string' ? [[flag, text]] : [])))
  } catch (error) {
    // What follows the first sentence is advice for programmers, on lines of its own.
    const [message] = error instanceof Error ? error.message.split(/\. |\n/) : []
    throw new ConfigurationError(`${message ?? 'a flag is wrong'} (weft help lists the flags)`, { cause: error })
  }
}

function environmentName(setting: Setting<unknown>): string {
  return `WEFT_${setting.flag.toUpperCase().replaceAll('-', '_')}`
}

function help(): string {
  const lines = Object.values(settings).map((setting: Setting<unknown>) => {
    const flag = `--${setting.flag} <${setting.placeholder}>`
    return `  ${flag.padEnd(36)} ${setting.help} (${environmentName(setting)})`
  })
  const list = Object.entries(commands).map(([name, text]) => `  weft ${name.padEnd(8)} ${text}`)
  return [
    'Weft: people write documents together, and what is called saved is saved.',
    '',
    ...list,
    '',
    ...lines,
    '',
  ].join('\n')
}

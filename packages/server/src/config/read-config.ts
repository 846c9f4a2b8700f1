import { isIPv4 } from 'node:net'
import { verifiesTokens } from '../auth/auth-config.ts'
import type { AnonymousAccess } from '../auth/identity-policy.ts'
import { readStoreInvocation, storeCommandHelp, storeCommands, type StoreInvocation } from './backup-settings.ts'
import {
  type ApiConfig,
  documentsCommandHelp,
  type DocumentsInvocation,
  readDocumentsInvocation,
  readNodesApi,
} from './api-settings.ts'
import { authSettings, readAuthConfig } from './auth-settings.ts'
import { type SettingReader, settingHelp, settingReader } from './read-settings.ts'
import { type Command, type Config, ConfigurationError, defaults, type Setting, settings } from './settings.ts'
import { assertStoreFits, defaultDurability, isSharedStore } from './store-fit.ts'
import { readTokenInvocation, tokenCommandHelp, type TokenInvocation } from './token-settings.ts'

/** A command that starts a server. */
export interface ServeInvocation {
  readonly command: Command
  readonly config: Config
}

/** What a command line asks for. */
export type Invocation =
  | ServeInvocation
  | StoreInvocation
  | TokenInvocation
  | DocumentsInvocation
  | { readonly command: 'nodes'; readonly store: string }
  | { readonly command: 'nodes'; readonly api: ApiConfig }
  | { readonly command: 'help'; readonly text: string }

const commands: Readonly<Record<Exclude<Invocation['command'], 'help'>, string>> = {
  dev: 'serve on this machine only, everyone may write, documents in ./.weft',
  serve: 'serve as configured',
  ...storeCommands,
  token: 'make a token that lets its bearer in, signed with --auth-secret',
  nodes: 'list the nodes that are up; takes --url, one of them, or --store, the Redis that they share',
  documents: 'list, show, create, delete, restore, verify, export and import documents of a server; takes --url',
}

/** All that a server is told. */
const serverSettings: readonly Setting<unknown>[] = [...Object.values(settings), ...Object.values(authSettings)]

/**
 * Reads a command line; what it leaves out comes from the environment, and then from the command's defaults.
 *
 * @throws ConfigurationError one line that names the flag
 */
export function readInvocation(args: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const [command = 'help', ...rest] = args
  if (command === 'help' || command === '--help' || rest.includes('--help')) return { command: 'help', text: help() }
  if (command === 'nodes') {
    const api = readNodesApi(rest, environment, settings.store)
    return api === undefined ? { command, store: readSharedStore(rest, environment) } : { command, api }
  }
  if (command === 'documents') return readDocumentsInvocation(rest, environment)
  if (command === 'token') return readTokenInvocation(rest, environment)
  if (command === 'backup' || command === 'restore') return readStoreInvocation(command, rest, environment)
  if (command !== 'dev' && command !== 'serve') {
    throw new ConfigurationError(`there is no command "${command}": there are ${Object.keys(commands).join(', ')}`)
  }
  return { command, config: readConfig(command, settingReader(serverSettings, rest, environment)) }
}

/** The store of a command that is about several nodes. A file is not shared, and looking into it would take hold of it. */
function readSharedStore(args: readonly string[], environment: NodeJS.ProcessEnv): string {
  const { store } = settings
  const url = settingReader([store], args, environment)(store, '')
  if (isSharedStore(url)) return url
  // It may hold a password, so the text does not repeat it.
  throw new ConfigurationError(
    `--store takes the Redis that the nodes share here, for example redis://127.0.0.1:6379; or ask a server with --url`,
  )
}

function readConfig(command: Command, value: SettingReader): Config {
  const base = defaults[command]
  const auth = readAuthConfig(value)
  const store = value(settings.store, base.store)
  const config: Config = {
    store,
    durability: value(settings.durability, defaultDurability(store)),
    redisSettings: value(settings.redisSettings, base.redisSettings),
    role: value(settings.role, base.role),
    workers: value(settings.workers, base.workers),
    port: value(settings.port, base.port),
    host: value(settings.host, base.host),
    anonymous: anonymousAccess(value(settings.anonymous, base.anonymous), verifiesTokens(auth)),
    auth,
    allowedOrigins: value(settings.allowedOrigins, base.allowedOrigins),
    trustProxy: value(settings.trustProxy, base.trustProxy),
    connectionsPerAddress: value(settings.connectionsPerAddress, base.connectionsPerAddress),
    drainWindow: value(settings.drainWindow, base.drainWindow),
    emptyRoomGrace: value(settings.emptyRoomGrace, base.emptyRoomGrace),
    maxFileSize: value(settings.maxFileSize, base.maxFileSize),
    maxFilesSize: value(settings.maxFilesSize, base.maxFilesSize),
    trashRetention: value(settings.trashRetention, base.trashRetention),
    webhookNetworks: value(settings.webhookNetworks, base.webhookNetworks),
    auditRetention: value(settings.auditRetention, base.auditRetention),
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

/** Who lets nobody in without a token must be able to verify one. */
function anonymousAccess(given: AnonymousAccess | undefined, tokens: boolean): AnonymousAccess {
  if (tokens) return given ?? 'none'
  if (given !== undefined && given !== 'none') return given
  throw new ConfigurationError(
    '--anonymous must be given: without --auth-secret or --auth-jwks this server verifies no tokens, so say what everyone ' +
      'may do, read or write',
  )
}

/** Whether an address to listen on is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))
}

function help(): string {
  const list = Object.entries(commands).map(([name, text]) => `  weft ${name.padEnd(9)} ${text}`)
  return [
    'Weft: people write documents together, and what is called saved is saved.',
    '',
    ...list,
    '',
    ...serverSettings.map(settingHelp),
    '',
    ...storeCommandHelp,
    '',
    ...tokenCommandHelp,
    '',
    ...documentsCommandHelp,
    '',
  ].join('\n')
}

import { availableParallelism } from 'node:os'
import { parseDurability } from '@weft/persistence'
import { defaultRoomLimits } from '../room/limits.ts'
import { type AuthConfig, noTokens } from '../auth/auth-config.ts'
import type { AnonymousAccess } from '../auth/identity-policy.ts'
import type { LogLevel } from '../observability/log.ts'
import { isAddressRange } from '../socket/client-address.ts'
import { defaultSocketLimits } from '../socket/limits.ts'

/** A setting has a wrong value, or there is no such setting. The text names the flag and says what it takes. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

/**
 * What a node does: everything; the API and the web app alone (`edge`), which needs no rooms; or the documents that are open
 * alone (`sync`).
 */
export type NodeRole = 'all' | 'edge' | 'sync'

/** One setting: declared here and nowhere else. Its flag, its environment variable and its help follow from it. */
export interface Setting<T> {
  readonly flag: string
  /** What it takes. Without one it takes nothing: it is given or not. */
  readonly placeholder?: string
  readonly help: string
  /** Whether it may be given several times. Then `parse` is given all of them, one a line. */
  readonly repeatable?: boolean
  /** Whether what it is set to must not be shown. */
  readonly secret?: boolean
  /** Whether it must be typed with the command it is for: the environment, which is there for all of them, does not set it. */
  readonly typed?: boolean
  /** @throws ConfigurationError */
  readonly parse: (text: string) => T
}

/** Who may connect when there is no token. */
const anonymous: Setting<AnonymousAccess> = {
  flag: 'anonymous',
  placeholder: 'none|read|write',
  help: 'what people without a token may do',
  parse: oneOf('anonymous', ['none', 'read', 'write']),
}

/** Whether a Redis is asked how it is set up, or the operator answers for it. */
export type RedisSettings = 'checked' | 'assumed'

/** All settings of `weft dev` and `weft serve`. */
export const settings: {
  readonly store: Setting<string>
  readonly durability: Setting<string>
  readonly redisSettings: Setting<RedisSettings>
  readonly role: Setting<NodeRole>
  readonly workers: Setting<number>
  readonly port: Setting<number>
  readonly host: Setting<string>
  readonly anonymous: Setting<AnonymousAccess>
  readonly allowedOrigins: Setting<readonly string[]>
  readonly trustProxy: Setting<readonly string[]>
  readonly connectionsPerAddress: Setting<number>
  readonly drainWindow: Setting<number>
  readonly emptyRoomGrace: Setting<number>
  readonly trashRetention: Setting<number>
  readonly maxFileSize: Setting<number>
  readonly maxFilesSize: Setting<number>
  readonly auditRetention: Setting<number>
  readonly webhookNetworks: Setting<readonly string[]>
  readonly logLevel: Setting<LogLevel>
} = {
  store: {
    flag: 'store',
    placeholder: 'url',
    help: 'where documents are kept: sqlite:<folder>, redis://<host>:<port> (rediss:// over TLS, redis+cluster://, redis+sentinel://) or memory:',
    parse: (text) => text,
  },
  durability: {
    flag: 'durability',
    placeholder: 'level',
    help: 'what saved means with Redis: memory (Redis has it), fsync (its disk has it) or replicas:<n> (so many replicas have it)',
    parse: durability,
  },
  redisSettings: {
    flag: 'redis-settings',
    placeholder: 'checked|assumed',
    help: 'assumed: a Redis without CONFIG is set up for fsync, and you answer for it',
    parse: oneOf('redis-settings', ['checked', 'assumed']),
  },
  role: {
    flag: 'role',
    placeholder: 'all|edge|sync',
    help: 'what this node serves: everything, API and web app, or open documents; other than all needs Redis',
    parse: oneOf('role', ['all', 'edge', 'sync']),
  },
  workers: {
    flag: 'workers',
    placeholder: 'number|auto',
    help: 'how many processes serve behind one address, each a node of its own; auto is one a core; more than 1 needs Redis',
    parse: (text) => (text === 'auto' ? availableParallelism() : wholeNumber('workers', 1, 256, ' or auto')(text)),
  },
  port: {
    flag: 'port',
    placeholder: 'number',
    help: 'port to listen on; 0 takes a free one',
    parse: wholeNumber('port', 0, 65_535),
  },
  host: { flag: 'host', placeholder: 'address', help: 'address to listen on', parse: (text) => text },
  anonymous,
  allowedOrigins: {
    flag: 'allowed-origins',
    placeholder: 'list',
    help: "origins of web pages that may connect beside the server's own, with commas between",
    parse: origins,
  },
  trustProxy: {
    flag: 'trust-proxy',
    placeholder: 'list',
    help: 'proxies whose X-Forwarded-For says where clients are, with commas between: loopback, addresses, ranges such as 10.0.0.0/8',
    parse: addressRanges('trust-proxy'),
  },
  connectionsPerAddress: {
    flag: 'connections-per-address',
    placeholder: 'number',
    help: 'how many connections one address elsewhere may have',
    parse: wholeNumber('connections-per-address', 1, 1_000_000),
  },
  drainWindow: {
    flag: 'drain-window',
    placeholder: 'ms',
    help: 'over how long connections are closed when the server goes down',
    parse: wholeNumber('drain-window', 0, 600_000),
  },
  emptyRoomGrace: {
    flag: 'empty-room-grace',
    placeholder: 'ms',
    help: 'how long a document that nobody has open stays in memory',
    parse: wholeNumber('empty-room-grace', 0, 86_400_000),
  },
  trashRetention: {
    flag: 'trash-retention',
    placeholder: 'days',
    help: 'after how many days documents in the trash are erased; 0 never erases them',
    parse: wholeNumber('trash-retention', 0, 36_500),
  },
  webhookNetworks: {
    flag: 'webhook-networks',
    placeholder: 'list',
    help: 'where webhooks may deliver to beside the public internet, with commas between: loopback, addresses, ranges such as 10.0.0.0/8',
    parse: addressRanges('webhook-networks'),
  },
  auditRetention: {
    flag: 'audit-retention',
    placeholder: 'days',
    help: 'for how many days it is kept who administered what; 0 keeps it for ever',
    parse: wholeNumber('audit-retention', 0, 36_500),
  },
  maxFileSize: {
    flag: 'max-file-size',
    placeholder: 'MiB',
    help: 'how large an image or attachment of a document may be',
    parse: wholeNumber('max-file-size', 1, 512),
  },
  maxFilesSize: {
    flag: 'max-files-size',
    placeholder: 'MiB',
    help: 'how large all files of one document may be together',
    parse: wholeNumber('max-files-size', 1, 1_000_000),
  },
  logLevel: {
    flag: 'log-level',
    placeholder: 'level',
    help: 'debug, info, warn, error or silent',
    parse: oneOf('log-level', ['debug', 'info', 'warn', 'error', 'silent']),
  },
}

/** What a server runs with. */
export interface Config {
  readonly store: string
  /** `memory`, `fsync` or `replicas:<n>`. */
  readonly durability: string
  readonly redisSettings: RedisSettings
  readonly role: NodeRole
  /** How many processes serve. */
  readonly workers: number
  readonly port: number
  readonly host: string
  readonly anonymous: AnonymousAccess
  readonly auth: AuthConfig
  readonly allowedOrigins: readonly string[]
  /** Texts of which each is a proxy range. */
  readonly trustProxy: readonly string[]
  readonly connectionsPerAddress: number
  /** Milliseconds. */
  readonly drainWindow: number
  /** Milliseconds. */
  readonly emptyRoomGrace: number
  /** MiB. */
  readonly maxFileSize: number
  /** MiB, of one document. */
  readonly maxFilesSize: number
  /** Days; 0 for ever. */
  readonly trashRetention: number
  /** Days; 0 for ever. */
  readonly auditRetention: number
  /** Texts of which each is an address range. */
  readonly webhookNetworks: readonly string[]
  readonly logLevel: LogLevel
}

/** The commands that start a server. */
export type Command = 'dev' | 'serve'

/** What a command begins with. Of anonymous access, undefined follows from whether there are tokens; the durability follows from the store. */
export interface Defaults extends Omit<Config, 'anonymous' | 'durability'> {
  readonly anonymous: AnonymousAccess | undefined
}

/** What each command begins with. */
export const defaults: Readonly<Record<Command, Defaults>> = {
  dev: {
    store: 'sqlite:.weft',
    redisSettings: 'checked',
    role: 'all',
    workers: 1,
    port: 8787,
    host: '127.0.0.1',
    anonymous: 'admin',
    auth: noTokens,
    allowedOrigins: [],
    trustProxy: [],
    connectionsPerAddress: defaultSocketLimits.perAddress,
    drainWindow: 0,
    emptyRoomGrace: defaultRoomLimits.emptyRoomGrace,
    maxFileSize: 10,
    maxFilesSize: 100,
    trashRetention: 30,
    auditRetention: 365,
    webhookNetworks: ['loopback'],
    logLevel: 'info',
  },
  serve: {
    store: 'sqlite:.weft',
    redisSettings: 'checked',
    role: 'all',
    workers: 1,
    port: 8787,
    host: '127.0.0.1',
    anonymous: undefined,
    auth: noTokens,
    allowedOrigins: [],
    trustProxy: [],
    connectionsPerAddress: defaultSocketLimits.perAddress,
    drainWindow: 5_000,
    emptyRoomGrace: defaultRoomLimits.emptyRoomGrace,
    maxFileSize: 10,
    maxFilesSize: 100,
    trashRetention: 30,
    auditRetention: 365,
    webhookNetworks: [],
    logLevel: 'info',
  },
}

function oneOf<const T extends string>(flag: string, values: readonly T[]): (text: string) => T {
  return (text) => {
    const value = values.find((candidate) => candidate === text)
    if (value === undefined) throw new ConfigurationError(`--${flag} takes ${values.join(', ')}, not "${text}"`)
    return value
  }
}

function durability(text: string): string {
  try {
    parseDurability(text)
  } catch (cause) {
    throw new ConfigurationError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
  return text
}

/** @param or what else it takes */
function wholeNumber(flag: string, least: number, most: number, or: string = ''): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new ConfigurationError(`--${flag} takes a whole number from ${least} to ${most}${or}, not "${text}"`)
    }
    return value
  }
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

function addressRanges(flag: string): (text: string) => string[] {
  return (text) => {
    const list = listed(text)
    for (const range of list) {
      if (!isAddressRange(range)) {
        throw new ConfigurationError(
          `--${flag} takes loopback, addresses such as 10.0.0.5 and ranges such as 10.0.0.0/8, not "${range}"`,
        )
      }
    }
    return list
  }
}

function origins(text: string): string[] {
  const list = listed(text)
  for (const origin of list) {
    if (URL.parse(origin)?.origin !== origin) {
      throw new ConfigurationError(`--allowed-origins takes origins such as https://app.example.com, not "${origin}"`)
    }
  }
  return list
}

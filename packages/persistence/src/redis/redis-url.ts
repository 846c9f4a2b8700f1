import { StoreConfigurationError } from '../errors.ts'

/** A server's address. */
export interface ServerAddress {
  readonly host: string
  readonly port: number
}

/** What every connection to a Redis is opened with. */
export interface RedisCredentials {
  readonly username: string | undefined
  readonly password: string | undefined
  readonly tls: boolean
}

/** Where a Redis is, and of which kind. */
export type RedisLocation = RedisCredentials &
  (
    | { readonly kind: 'standalone'; readonly address: ServerAddress; readonly database: number }
    | { readonly kind: 'cluster'; readonly seeds: readonly ServerAddress[] }
    | {
        readonly kind: 'sentinel'
        readonly sentinels: readonly ServerAddress[]
        readonly master: string
        readonly database: number
      }
  )

const schemes: Readonly<Record<string, { readonly kind: RedisLocation['kind']; readonly tls: boolean; port: number }>> =
  {
    'redis:': { kind: 'standalone', tls: false, port: 6379 },
    'rediss:': { kind: 'standalone', tls: true, port: 6379 },
    'redis+cluster:': { kind: 'cluster', tls: false, port: 6379 },
    'rediss+cluster:': { kind: 'cluster', tls: true, port: 6379 },
    'redis+sentinel:': { kind: 'sentinel', tls: false, port: 26_379 },
    'rediss+sentinel:': { kind: 'sentinel', tls: true, port: 26_379 },
  }

/** How such URLs look, for an error's text. */
const redisUrlForms =
  'redis://host:port, rediss://host:port, redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/name'

/**
 * What a store URL says. User and password stand before the first host, percent-encoded: `redis://user:password@host`. A
 * number after the slash is the database, which a Cluster does not have; of Sentinels it follows the master's name.
 *
 * @throws StoreConfigurationError. Its text gives away no password.
 */
export function parseRedisUrl(url: string): RedisLocation {
  const [, scheme = '', credentials, hosts = '', path = ''] =
    /^([a-z+]+:)\/\/(?:([^/]*)@)?([^/@?#]*)(?:\/([^?#]*))?$/.exec(url) ?? []
  const form = Object.hasOwn(schemes, scheme) ? schemes[scheme] : undefined
  if (form === undefined || hosts === '') throw malformed()
  const addresses = hosts.split(',').map((host) => parseAddress(host, form.port))
  const login = { ...parseCredentials(credentials), tls: form.tls }
  switch (form.kind) {
    case 'cluster':
      if (path !== '' && path !== '0') {
        throw new StoreConfigurationError(
          'a Redis Cluster has no numbered databases: leave away what follows the hosts',
        )
      }
      return { kind: 'cluster', ...login, seeds: addresses }
    case 'sentinel': {
      const [master = '', database = '0', ...rest] = path.split('/')
      if (master === '' || rest.length > 0) {
        throw new StoreConfigurationError(
          "a redis+sentinel:// URL ends in the master's name: redis+sentinel://host:port,host:port/name",
        )
      }
      return { kind: 'sentinel', ...login, sentinels: addresses, master, database: parseDatabase(database) }
    }
    case 'standalone': {
      const [address] = addresses
      if (address === undefined || addresses.length > 1) {
        throw new StoreConfigurationError(
          'redis:// names one host: several are named by redis+cluster:// or redis+sentinel://',
        )
      }
      return { kind: 'standalone', ...login, address, database: parseDatabase(path === '' ? '0' : path) }
    }
  }
}

/** An address as text, which also is its name among others. */
export function addressText({ host, port }: ServerAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function parseAddress(text: string, defaultPort: number): ServerAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? defaultPort : Number(port)
  if (host === undefined || number < 1 || number > 65_535) throw malformed()
  return { host, port: number }
}

function parseCredentials(text: string | undefined): Pick<RedisCredentials, 'username' | 'password'> {
  if (text === undefined || text === '') return { username: undefined, password: undefined }
  const colon = text.indexOf(':')
  try {
    const username = decodeURIComponent(colon === -1 ? text : text.slice(0, colon))
    const password = colon === -1 ? '' : decodeURIComponent(text.slice(colon + 1))
    return { username: username === '' ? undefined : username, password: password === '' ? undefined : password }
  } catch {
    throw new StoreConfigurationError('user and password in a Redis URL are percent-encoded: one of them is not')
  }
}

function parseDatabase(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw malformed()
  return Number(text)
}

function malformed(): StoreConfigurationError {
  return new StoreConfigurationError(`a Redis is named by ${redisUrlForms}`)
}

import { availableParallelism } from 'node:os'
import { describe, expect, it } from 'vitest'
import { readInvocation } from '../../src/config/read-config.ts'
import { type Config, ConfigurationError, settings } from '../../src/config/settings.ts'

function configOf(args: string[], environment: NodeJS.ProcessEnv = {}): Config {
  const invocation = readInvocation(args, environment)
  if (!('config' in invocation)) throw new Error('this starts no server')
  return invocation.config
}

describe('the command line', () => {
  it('dev needs nothing: loopback, everyone may write, documents in ./.weft', () => {
    expect(configOf(['dev'])).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      anonymous: 'admin',
      store: 'sqlite:.weft',
    })
  })

  it('serve starts only when it was said what anonymous people may do', () => {
    expect(() => configOf(['serve'])).toThrow(/^--anonymous must be given: without --auth-secret or --auth-jwks/)
    expect(() => configOf(['serve', '--anonymous', 'none'])).toThrow(/^--anonymous must be given/)
    expect(configOf(['serve', '--anonymous', 'read']).anonymous).toBe('read')
    expect(configOf(['serve'], { WEFT_ANONYMOUS: 'write' }).anonymous).toBe('write')
    for (const flag of ['--auth-secret', '--auth-jwks']) {
      expect(configOf(['serve', flag, 'file']).anonymous).toBe('none')
      expect(configOf(['serve', flag, 'file', '--anonymous', 'read']).anonymous).toBe('read')
    }
  })

  it.each<[string, string, keyof Config, unknown]>([
    ['store', 'memory:', 'store', 'memory:'],
    ['durability', 'fsync', 'durability', 'fsync'],
    ['redis-settings', 'assumed', 'redisSettings', 'assumed'],
    ['role', 'all', 'role', 'all'],
    ['port', '0', 'port', 0],
    ['host', '127.0.0.2', 'host', '127.0.0.2'],
    ['anonymous', 'read', 'anonymous', 'read'],
    [
      'allowed-origins',
      'https://a.example, http://b.example:81',
      'allowedOrigins',
      ['https://a.example', 'http://b.example:81'],
    ],
    ['trust-proxy', 'loopback, 10.0.0.0/8,::1', 'trustProxy', ['loopback', '10.0.0.0/8', '::1']],
    ['connections-per-address', '7', 'connectionsPerAddress', 7],
    ['drain-window', '250', 'drainWindow', 250],
    ['empty-room-grace', '1000', 'emptyRoomGrace', 1000],
    ['max-file-size', '3', 'maxFileSize', 3],
    ['max-files-size', '30', 'maxFilesSize', 30],
    ['trash-retention', '7', 'trashRetention', 7],
    ['webhook-networks', 'loopback, 10.0.0.0/8', 'webhookNetworks', ['loopback', '10.0.0.0/8']],
    ['audit-retention', '0', 'auditRetention', 0],
    ['log-level', 'debug', 'logLevel', 'debug'],
  ])('--%s is a flag and an environment variable, and the flag wins', (flag, text, key, value) => {
    const variable = `WEFT_${flag.toUpperCase().replaceAll('-', '_')}`
    expect(configOf(['dev', `--${flag}`, text])[key]).toEqual(value)
    expect(configOf(['dev'], { [variable]: text })[key]).toEqual(value)
    expect(configOf(['dev', `--${flag}`, text], { [variable]: 'nonsense' })[key]).toEqual(value)
  })

  it('the table above has every setting, and help names each with its variable', () => {
    const invocation = readInvocation(['help'], {})
    const text = invocation.command === 'help' ? invocation.text : ''
    for (const { flag } of Object.values(settings)) {
      expect(text).toContain(`--${flag} `)
      expect(text).toContain(`WEFT_${flag.toUpperCase().replaceAll('-', '_')}`)
    }
    expect(Object.keys(settings)).toHaveLength(19)
  })

  it('the durability follows from the store, and may be chosen where that is a Redis', () => {
    expect(configOf(['dev']).durability).toBe('fsync')
    expect(configOf(['dev', '--store', 'memory:']).durability).toBe('memory')
    expect(configOf(['dev', '--store', 'redis://localhost']).durability).toBe('fsync')
    for (const scheme of ['redis', 'rediss', 'redis+cluster', 'rediss+cluster', 'redis+sentinel', 'rediss+sentinel']) {
      const args = ['dev', '--store', `${scheme}://localhost/name`, '--durability', 'replicas:2', '--role', 'edge']
      expect(configOf(args)).toMatchObject({ durability: 'replicas:2', role: 'edge' })
    }
  })

  it('workers are as many as one says, or as the machine has cores; one goes with every store', () => {
    const workers = (...args: string[]): number => configOf(['dev', '--store', 'redis://localhost', ...args]).workers
    expect([workers(), workers('--workers', '3')]).toEqual([1, 3])
    expect(workers('--workers', 'auto')).toBe(availableParallelism())
    expect(configOf(['dev', '--store', 'memory:', '--workers', '1']).workers).toBe(1)
  })

  it('nodes takes the store that they share, as a flag or from the environment', () => {
    const cluster = 'redis+cluster://a:1,b:2'
    expect(readInvocation(['nodes', '--store', 'redis://a'], {})).toEqual({ command: 'nodes', store: 'redis://a' })
    expect(readInvocation(['nodes'], { WEFT_STORE: cluster })).toEqual({ command: 'nodes', store: cluster })
    for (const args of [[], ['--store', 'sqlite:.weft'], ['--store', 'memory:'], ['--store', 'redishost']]) {
      expect(() => readInvocation(['nodes', ...args], {})).toThrow(/^--store takes the Redis that the nodes share/)
    }
    expect(() => readInvocation(['nodes', '--port', '1', '--store', 'redis://a'], {})).toThrow(/--port/)
  })

  it.each([
    [
      ['dev', '--durability', 'disk'],
      /^--durability takes memory, fsync or replicas:<n> with n from 1 to 99, not "disk"$/,
    ],
    [['dev', '--store', 'redis://localhost', '--durability', 'replicas:0'], /^--durability takes/],
    [
      ['dev', '--durability', 'replicas:1'],
      /^--durability replicas:1 needs a Redis: a store sqlite: always has .* fsync$/,
    ],
    [['dev', '--durability', 'memory'], /^--durability memory needs a Redis: a store sqlite:/],
    [['dev', '--store', 'memory:', '--durability', 'fsync'], /^--durability fsync needs a Redis: a store memory:/],
    [['dev', '--role', 'edge'], /^--role edge needs a Redis.*--store redis:/],
    [['dev', '--store', 'memory:', '--role', 'sync'], /^--role sync needs a Redis/],
    [
      ['serve', '--anonymous', 'read', '--workers', '2'],
      /^--workers: 2 workers need a Redis.*--store redis:.*--workers 1$/,
    ],
    [['dev', '--store', 'memory:', '--workers', '2'], /^--workers: 2 workers need a Redis/],
    [['dev', '--workers', '0'], /^--workers takes a whole number from 1 to 256 or auto, not "0"$/],
    [['dev', '--workers', 'all'], /^--workers takes/],
    [['dev', '--role', 'both'], /^--role takes all, edge, sync, not "both"$/],
    [['dev', '--redis-settings', 'yes'], /^--redis-settings takes checked, assumed/],
    [['dev', '--port', 'many'], /^--port takes a whole number from 0 to 65535, not "many"$/],
    [['dev', '--port', '65536'], /^--port/],
    [['dev', '--port', '-1'], /port/],
    [['dev', '--drain-window', '1.5'], /^--drain-window/],
    [['dev', '--anonymous', 'everything'], /^--anonymous takes none, read, write/],
    [['dev', '--log-level', 'loud'], /^--log-level/],
    [['dev', '--allowed-origins', 'example.com'], /^--allowed-origins takes origins such as/],
    [['dev', '--allowed-origins', 'https://example.com/path'], /^--allowed-origins/],
    [['dev', '--trust-proxy', '10.0.0.0/8,proxy'], /^--trust-proxy takes loopback, addresses .*, not "proxy"$/],
    [['dev', '--connections-per-address', '0'], /^--connections-per-address takes a whole number from 1/],
    [['dev', '--host', '127.example.com'], /^--host 127\.example\.com/],
    [['dev', '--host', '0.0.0.0'], /^--host 0\.0\.0\.0: weft dev serves this machine only/],
    [['dev', '--prot', '1'], /--prot/],
    [['dev', 'stray'], /stray/],
    [['dev', '--port'], /port/],
    [['start'], /^there is no command "start": there are dev, serve, backup, restore, token, nodes, documents$/],
  ])('%j is one line that names what is wrong', (args, message) => {
    let error: unknown
    try {
      configOf(args)
    } catch (cause) {
      error = cause
    }
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(String(error)).not.toContain('\n')
    expect(error instanceof Error ? error.message : '').toMatch(message)
  })
})

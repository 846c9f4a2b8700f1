import fc from 'fast-check'
import { expect, test } from 'vitest'
import { StoreConfigurationError } from '../src/errors.ts'
import { currentFormats } from '../src/formats.ts'
import { parseDurability } from '../src/redis/durability.ts'
import { hashSlot } from '../src/redis/hash-slot.ts'
import { listedIn, placeOfTime } from '../src/redis/listing-places.ts'
import { parseRedisUrl } from '../src/redis/redis-url.ts'
import { decodeRelayMessage, encodePresence } from '../src/redis/relay-message.ts'

test('a Redis URL says of which kind it is, and where', () => {
  const plain = { username: undefined, password: undefined, tls: false }
  expect(parseRedisUrl('redis://localhost')).toEqual({
    kind: 'standalone',
    ...plain,
    address: { host: 'localhost', port: 6379 },
    database: 0,
  })
  expect(parseRedisUrl('rediss://ada:p%40ss%3A@[::1]:7000/3')).toEqual({
    kind: 'standalone',
    username: 'ada',
    password: 'p@ss:',
    tls: true,
    address: { host: '::1', port: 7000 },
    database: 3,
  })
  expect(parseRedisUrl('redis+cluster://:secret@a:1,b:2,c')).toEqual({
    kind: 'cluster',
    ...plain,
    password: 'secret',
    seeds: [
      { host: 'a', port: 1 },
      { host: 'b', port: 2 },
      { host: 'c', port: 6379 },
    ],
  })
  expect(parseRedisUrl('redis+sentinel://a,b:5/main/2')).toEqual({
    kind: 'sentinel',
    ...plain,
    sentinels: [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 5 },
    ],
    master: 'main',
    database: 2,
  })
})

test('a Redis URL that cannot be one is refused, and its password stays out of the text', () => {
  const bad = [
    'redis://',
    'redis:host',
    'redis://host:0',
    'redis://host:70000',
    'redis://a,b',
    'redis://host/x',
    'redis+cluster://a,b/1',
    'redis+sentinel://a,b',
    'redis+sentinel://a/b/c/d',
    'redis://u:secret@',
    'redis://u:secret%@host',
    'redis://u:secret@host:port',
    'redis://h ost',
  ]
  for (const url of bad) {
    expect(() => parseRedisUrl(url), url).toThrow(StoreConfigurationError)
    expect(() => parseRedisUrl(url), url).not.toThrow(/secret/)
  }
})

test('a durability is one of three, and of how many replicas', () => {
  expect(parseDurability('fsync')).toEqual({ level: 'fsync' })
  expect(parseDurability('replicas:2')).toEqual({ level: 'replicas', replicas: 2 })
  for (const text of ['', 'FSYNC', 'replicas', 'replicas:0', 'replicas:1.5', 'replicas:100']) {
    expect(() => parseDurability(text), text).toThrow(StoreConfigurationError)
  }
})

test('keys of one document are in one slot, and slots are those of Redis', () => {
  // From the specification of the Cluster, and from CLUSTER KEYSLOT.
  expect(hashSlot('123456789')).toBe(0x31c3 % 16_384)
  expect(hashSlot('weft:{a}:head')).toBe(hashSlot('a'))
  expect(hashSlot('{}x')).not.toBe(hashSlot(''))
  expect(hashSlot('foo{bar}{zap}')).toBe(hashSlot('bar'))
})

test('E3: places by time sort newest first, whatever the time', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      expect(placeOfTime(a) < placeOfTime(b)).toBe(a > b)
      expect(listedIn(`${placeOfTime(a)}team/plan`)).toEqual({ at: a, id: 'team/plan' })
    }),
  )
})

test('X1: presence comes over as it was; what cannot be read is told from it, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      const decoded = decodeRelayMessage(encodePresence('node-a', message, currentFormats), 'a', currentFormats)
      expect(decoded).toMatchObject({ kind: 'presence', origin: 'node-a' })
      if (decoded?.kind === 'presence') expect(Buffer.compare(decoded.message, message)).toBe(0)
      expect(() => decodeRelayMessage(Buffer.from(message), 'a', currentFormats)).not.toThrow()
    }),
  )
  const newer = encodePresence('node-a', new Uint8Array([1]), currentFormats)
  newer.writeUInt8(2, 0)
  expect(decodeRelayMessage(newer, 'a', currentFormats)).toBeUndefined()
})

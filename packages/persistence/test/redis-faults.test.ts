import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { append, begin, checkpointAt, entry, textsOf } from '../src/contract/with-store.ts'
import { CorruptRecordError, StoreConfigurationError, StoreUnavailableError } from '../src/errors.ts'
import { currentFormats } from '../src/formats.ts'
import { directLane } from '../src/redis/append-lane.ts'
import { DocumentAccess } from '../src/redis/document-access.ts'
import { DocumentReader } from '../src/redis/document-reader.ts'
import { RedisConnection } from '../src/redis/redis-connection.ts'
import { type RedisStore, type RedisStoreOptions, openRedisStore } from '../src/redis/redis-store.ts'
import { parseRedisUrl } from '../src/redis/redis-url.ts'
import { singleRoute } from '../src/redis/routes.ts'
import { replaceCheckpointScript } from '../src/redis/scripts/checkpoint.ts'
import { RedisServer } from './redis-server.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { untilAvailable } from './until-available.ts'

const options: RedisStoreOptions = { node: 'node-a', durability: 'memory' }

let server: RedisServer
let proxy: TcpProxy
let store: RedisStore

beforeAll(async () => {
  server = await RedisServer.start('--maxmemory-policy', 'noeviction')
})
afterAll(() => server[Symbol.asyncDispose]())

beforeEach(async () => {
  await server.client.flushall()
  proxy = await TcpProxy.start(server.port)
  store = await openRedisStore(proxy.url, options)
})
afterEach(async () => {
  proxy.pass()
  await store.close()
  await proxy[Symbol.asyncDispose]()
})

test('L1: an append whose answer was lost is in doubt, and its repetition appends nothing', async () => {
  const epoch = await begin(store, 'a')
  const request = { epoch, token: 'again', entries: [entry('one'), entry('two')] }
  const cut = proxy.swallow('down').then(() => proxy.cut())
  await expect(store.log.append('a', request)).rejects.toThrow(StoreUnavailableError)
  await cut
  proxy.pass()
  const receipt = await untilAvailable(() => store.log.append('a', request))
  expect(receipt).toMatchObject({ first: 1, last: 2, previousTip: '' })
  await append(store, 'a', epoch, 'three')
  expect(textsOf(await store.log.load('a'))).toEqual(['one', 'two', 'three'])
})

test('L1: an append that never arrived is appended by its repetition', async () => {
  const epoch = await begin(store, 'a')
  const request = { epoch, token: 'again', entries: [entry('one')] }
  const cut = proxy.swallow('up').then(() => proxy.cut())
  await expect(store.log.append('a', request)).rejects.toThrow(StoreUnavailableError)
  await cut
  proxy.pass()
  expect(await untilAvailable(() => store.log.append('a', request))).toMatchObject({ first: 1, last: 1 })
})

test('X3: whatever is under way when the connection is lost settles, and later calls succeed', async () => {
  const ids = Array.from({ length: 200 }, (_, index) => `document-${index}`)
  const epochs = await Promise.all(ids.map((id) => begin(store, id)))
  for (let round = 0; round < 5; round++) {
    const asked = ids.map((id, index) => append(store, id, epochs[index] ?? '', `round ${round}`))
    proxy.cut()
    const outcomes = await Promise.allSettled(asked)
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailableError)
    }
    await untilAvailable(() => store.check())
  }
})

test('X3: a Redis that is killed and comes back is used again', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.kill()
  await expect(append(store, 'a', epoch, 'two')).rejects.toThrow(StoreUnavailableError)
  await expect(store.check()).rejects.toThrow(StoreUnavailableError)
  await server.restart()
  // It keeps nothing on its disk, so everything is lost, as it would be with any Redis that is not set up for more.
  await untilAvailable(() => store.check())
  expect(await store.log.heads(['a'])).toEqual([undefined])
  const place = await store.log.begin('a', epoch, 5)
  expect(place.epoch).not.toBe(epoch)
  await expect(append(store, 'a', epoch, 'late')).rejects.toThrow('made anew')
})

test('X3: a Redis that says nothing is given up, and what waited for it settles', { timeout: 20_000 }, async () => {
  const epoch = await begin(store, 'a')
  server.pause()
  const asked = append(store, 'a', epoch, 'one')
  await expect(asked).rejects.toThrow(StoreUnavailableError)
  server.resume()
  await untilAvailable(() => append(store, 'a', epoch, 'two'))
})

test('L2: scripts that Redis has forgotten are sent again', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.client.script('FLUSH')
  const asked = ['two', 'three', 'four'].map((text) => append(store, 'a', epoch, text))
  await Promise.all(asked)
  expect(textsOf(await store.log.load('a'))).toHaveLength(4)
})

test('L4: a Redis without memory refuses appends, and can be compacted and emptied all the same', async () => {
  const epoch = await begin(store, 'a')
  for (let count = 0; count < 20; count++) await append(store, 'a', epoch, 'x'.repeat(100_000))
  const { head } = await store.log.load('a')
  try {
    await server.client.config('SET', 'maxmemory', '1mb')
    const refused = append(store, 'a', epoch, 'late')
    await expect(refused).rejects.toThrow(StoreUnavailableError)
    await expect(refused).rejects.toThrow(/out of memory: raise maxmemory/)
    expect(await store.log.replaceCheckpoint('a', checkpointAt(head, 'small'), undefined)).toBe(true)
    expect(textsOf(await store.log.load('a'))).toEqual(['small'])
    await store.catalog.delete('a', 9)
  } finally {
    await server.client.config('SET', 'maxmemory', '0')
  }
})

test('L8: a key of another type under the prefix is an error that says so, and harms no other document', async () => {
  const [a, b] = [await begin(store, 'a'), await begin(store, 'b')]
  await server.client.set('weft:{c}:head', 'theirs')
  await server.client.del('weft:{a}:log')
  await server.client.set('weft:{a}:log', 'theirs')
  for (const asked of [append(store, 'a', a, 'one'), store.log.load('c'), append(store, 'c', a, 'one')]) {
    await expect(asked).rejects.toThrow(CorruptRecordError)
    await expect(asked).rejects.toThrow(/is of another type than Weft keeps there: .* remove that key/)
  }
  await append(store, 'b', b, 'one')
  expect(textsOf(await store.log.load('b'))).toEqual(['one'])
})

test('L8: a head of a newer format is an error that names it', async () => {
  const epoch = await begin(store, 'a')
  await server.client.hset('weft:{a}:head', 'format', '2')
  for (const asked of [append(store, 'a', epoch, 'one'), store.log.load('a')]) {
    await expect(asked).rejects.toThrow('the head is of format 2, and this version of Weft reads format 1')
  }
})

test('L6: what a lost head leaves of a log is put aside when the log is begun again', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  await server.client.del('weft:{a}:head')
  const place = await store.log.begin('a', epoch, 5)
  await append(store, 'a', place.epoch, 'again')
  expect(textsOf(await store.log.load('a'))).toEqual(['again'])
  expect(await server.client.xlen(`weft:{a}:orphan:${place.epoch}`)).toBe(1)
})

test('L4: a checkpoint that was not finished goes away, and readers of the one replaced come to their end', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  const { head } = await store.log.load('a')
  await store.log.replaceCheckpoint('a', checkpointAt(head, 'first'), undefined)
  const [first = ''] = await server.client.keys('weft:{a}:checkpoint:*')
  expect(await server.client.pttl(first)).toBe(-1)
  await append(store, 'a', epoch, 'two')
  const { head: next } = await store.log.load('a')
  const chunk = randomBytes(2_000_000)
  const written = store.log.replaceCheckpoint('a', checkpointAt(next, chunk), head.tip)
  // The head moves while the parts are written, so that this one is not put in place.
  await server.client.hset('weft:{a}:head', 'checkpoint:tip', 'another')
  expect(await written).toBe(false)
  await server.client.hset('weft:{a}:head', 'checkpoint:tip', head.tip)
  expect(await server.client.keys('weft:{a}:checkpoint:*')).toEqual([first])
  expect(await store.log.replaceCheckpoint('a', checkpointAt(next, chunk), head.tip)).toBe(true)
  expect(await server.client.pttl(first)).toBeGreaterThan(0)
  const { checkpoint } = await store.log.load('a')
  expect(Buffer.compare(Buffer.concat(checkpoint?.chunks ?? []), chunk)).toBe(0)
})

test('L4: a checkpoint of which a part is missing is not put in place', async () => {
  const epoch = await begin(store, 'a')
  const { last, tip } = await append(store, 'a', epoch, 'one')
  const keys = ['head', 'log', 'checkpoint:new'].map((name) => `weft:{a}:${name}`)
  await server.client.hset('weft:{a}:checkpoint:new', 'header', 'x', '0', 'x')
  const put = (parts: number): Promise<unknown> =>
    server.client.eval(
      replaceCheckpointScript.text,
      3,
      ...keys,
      epoch,
      last,
      tip,
      '',
      'new',
      parts,
      2,
      '',
      1,
      0,
      1,
      1,
      1,
    )
  expect(await put(3)).toBe(0)
  expect((await store.log.load('a')).checkpoint).toBeUndefined()
  expect(await put(2)).toBe(1)
})

test('L3: a checkpoint that goes away under its reader is read anew', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  const { head } = await store.log.load('a')
  await store.log.replaceCheckpoint('a', checkpointAt(head, 'first'), undefined)
  const [first = ''] = await server.client.keys('weft:{a}:checkpoint:*')
  await append(store, 'a', epoch, 'two')
  const { head: next } = await store.log.load('a')
  let interrupted = 0
  class Interrupted extends DocumentAccess {
    override async call(...[document, key, command, args]: Parameters<DocumentAccess['call']>): Promise<unknown> {
      if (command === 'HGET' && interrupted++ === 0) {
        await store.log.replaceCheckpoint('a', checkpointAt(next, 'second'), head.tip)
        await server.client.unlink(first)
      }
      return super.call(document, key, command, args)
    }
  }
  const location = parseRedisUrl(server.url)
  const commands = new RedisConnection({ location, name: 'reader', check: () => Promise.resolve() })
  const routes = singleRoute(() => ({ name: '', address: undefined, commands, appends: directLane(commands) }))
  let begun = 0
  const reader = { begin: () => begun++, chunk: () => {} }
  const documents = new DocumentReader(new Interrupted(routes, 'weft', currentFormats))
  const loaded = await documents.load('a', undefined, reader)
  expect(textsOf(loaded)).toEqual(['second'])
  // Who was told of the first one is told that it does not count.
  expect(begun).toBe(2)
  await store.log.load('a', reader)
  expect(begun).toBe(3)
  expect(loaded.head).toEqual(next)
  routes.close()
})

test('large entries are read a few at a time, so that no command holds up Redis, and small ones are not', async () => {
  const epoch = await begin(store, 'a')
  for (let count = 0; count < 8; count++) {
    const entries = [{ update: new Uint8Array(300 * 1024).fill(count), actor: 'x', at: 1 }]
    await store.log.append('a', { epoch, token: `large ${count}`, entries })
  }
  const small = Array.from({ length: 500 }, (_, count) => `small ${count}`)
  await append(store, 'a', epoch, ...small)
  const counts: number[] = []
  class Counting extends DocumentAccess {
    override async call(...[document, key, command, args]: Parameters<DocumentAccess['call']>): Promise<unknown> {
      if (command === 'XRANGE') counts.push(Number(args.at(-1)))
      return super.call(document, key, command, args)
    }
  }
  const location = parseRedisUrl(server.url)
  const commands = new RedisConnection({ location, name: 'reader', check: () => Promise.resolve() })
  const routes = singleRoute(() => ({ name: '', address: undefined, commands, appends: directLane(commands) }))
  const { entries } = await new DocumentReader(new Counting(routes, 'weft', currentFormats)).load('a', undefined)
  expect(entries.map(({ update }) => update.byteLength)).toEqual([
    ...Array.from({ length: 8 }, () => 300 * 1024),
    ...small.map(({ length }) => length),
  ])
  expect(counts.slice(0, 5)).toEqual([4, 1, 1, 1, 1])
  expect(counts.at(-1)).toBe(200)
  expect(counts.length).toBeLessThan(12)
  routes.close()
})

test('L4: tokens of nodes that have not appended for long are forgotten with a checkpoint', async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  let now = Date.now()
  const other = await openRedisStore(server.url, { ...options, node: 'node-b', now: () => now })
  await append(other, 'a', epoch, 'two')
  now += 2 * 60 * 60_000
  await append(other, 'a', epoch, 'three')
  const { head } = await other.log.load('a')
  await other.log.replaceCheckpoint('a', checkpointAt(head, 'state'), undefined)
  const fields = await server.client.hkeys('weft:{a}:head')
  expect(fields.filter((field) => field.startsWith('append:'))).toEqual(['append:node-b'])
  await other.close()
})

test('E3: a listing that was lost is made anew from the documents, without those that are gone', async () => {
  for (const [index, id] of ['a', 'team/b', 'team/c', 'd'].entries()) await begin(store, id, index)
  const epoch = (await store.log.load('a')).head.epoch
  await store.log.append('a', { epoch, token: 't', entries: [entry('x', 50)] })
  const before = await store.catalog.list({ order: 'updated', limit: 10 })
  const keys = await server.client.keys('weft:index:*')
  await server.client.del(...keys.filter((key) => !key.endsWith(':entries')))
  await store.catalog.delete('d', 60)
  await server.client.zadd(`weft:index:{3}:name`, 0, 'nobody')
  expect(await store.rebuildIndex()).toBe(4)
  const listed = await store.catalog.list({ order: 'updated', limit: 10 })
  expect(listed.documents).toEqual(before.documents.filter(({ id }) => id !== 'd'))
  expect((await store.catalog.list({ order: 'name', limit: 10 })).documents.map(({ id }) => id)).toEqual([
    'a',
    'team/b',
    'team/c',
  ])
})

test('L4: a document of 20 MB is written and read without holding up Redis', { timeout: 60_000 }, async () => {
  const epoch = await begin(store, 'a')
  await append(store, 'a', epoch, 'one')
  const { head } = await store.log.load('a')
  const chunks = Array.from({ length: 80 }, () => randomBytes(256 * 1024))
  // What Redis itself takes for a command is told apart from what a busy machine adds to it.
  await server.client.config('SET', 'slowlog-log-slower-than', 20_000)
  await server.client.slowlog('RESET')
  const pings = new Worker(new URL('./ping-worker.ts', import.meta.url), { workerData: server.port })
  await once(pings, 'message')
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  expect(await store.log.replaceCheckpoint('a', checkpointAt(head, ...chunks), undefined)).toBe(true)
  expect((await store.log.load('a')).checkpoint?.chunks).toHaveLength(chunks.length)
  loop.disable()
  pings.postMessage('stop')
  const [longest]: number[] = await once(pings, 'message')
  console.log(`beside 20 MB: longest PING ${longest?.toFixed(1)} ms, event loop held ${(loop.max / 1e6).toFixed(1)} ms`)
  expect(await server.client.slowlog('GET')).toEqual([])
})

test('a store that is not where its URL says cannot be reached, and says where', async () => {
  await using gone = await RedisServer.start()
  await gone.kill()
  const opened = openRedisStore(gone.url, options)
  await expect(opened).rejects.toThrow(StoreUnavailableError)
  await expect(opened).rejects.toThrow(`Redis at 127.0.0.1:${gone.port} cannot be reached`)
})

test('a wrong password, and none where one is needed, are refused in so many words', async () => {
  await using locked = await RedisServer.start('--requirepass', 'secret')
  for (const [login, text] of [
    ['', /wants a password/],
    [':wrong@', /does not take the user and password/],
    ['someone:secret@', /does not take the user and password/],
  ] as const) {
    const opened = openRedisStore(`redis://${login}127.0.0.1:${locked.port}`, options)
    await expect(opened).rejects.toThrow(StoreConfigurationError)
    await expect(opened).rejects.toThrow(text)
    await expect(opened).rejects.not.toThrow('secret')
  }
  const store = await openRedisStore(`redis://:secret@127.0.0.1:${locked.port}`, options)
  await begin(store, 'a')
  await store.close()
})

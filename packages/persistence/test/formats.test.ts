import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { HearingListener } from '../src/contract/relay-fixture.ts'
import { append, begin, checkpointAt, entry, placeOf, textsOf } from '../src/contract/with-store.ts'
import { CorruptRecordError, StoreConfigurationError } from '../src/errors.ts'
import { currentFormats, type Formats, workTogether } from '../src/formats.ts'
import { DocumentKeys, defaultPrefix } from '../src/redis/document-keys.ts'
import { openRedisStore, type RedisStore } from '../src/redis/redis-store.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'
import type { Store } from '../src/store.ts'
import { RedisServer } from './redis-server.ts'
import { makeStoreFolder, tamper } from './sqlite-folder.ts'

/** Versions by the rule of formats.ts: three in a row with which format 2 comes, and one that is far ahead of them. */
const before: Formats = { oldest: 1, newest: 1, written: 1 }
const preparing: Formats = { oldest: 1, newest: 2, written: 1 }
const next: Formats = { oldest: 1, newest: 2, written: 2 }
const afterNext: Formats = { oldest: 2, newest: 3, written: 3 }

let server: RedisServer
const open: RedisStore[] = []

beforeAll(async () => {
  server = await RedisServer.start()
})
afterAll(() => server[Symbol.asyncDispose]())
afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()))
  await server.client.flushall()
})

async function node(name: string, formats: Formats): Promise<RedisStore> {
  const store = await openRedisStore(server.url, { node: name, durability: 'memory', formats })
  open.push(store)
  return store
}

/** Everything that Redis holds of a document, to see that nothing has changed. */
async function contentsOf(document: string): Promise<unknown> {
  const keys = new DocumentKeys(defaultPrefix, document)
  const { client } = server
  const checkpoints = (await client.keys(keys.checkpoint('*'))).sort()
  return {
    head: await client.hgetall(keys.head),
    meta: await client.hgetall(keys.meta),
    log: await client.xrangeBuffer(keys.log, '-', '+'),
    checkpoints: await Promise.all(checkpoints.map(async (key) => [key, await client.hgetallBuffer(key)])),
  }
}

/** The formats of the head and of each entry's record. */
async function formatsIn(document: string): Promise<{ head: string | null; entries: (number | undefined)[] }> {
  const keys = new DocumentKeys(defaultPrefix, document)
  const log = await server.client.xrangeBuffer(keys.log, '-', '+')
  return {
    head: await server.client.hget(keys.head, 'format'),
    entries: log.map(([, fields]) => fields.at(-1)?.at(0)),
  }
}

test('what this version writes it reads, and the version before it reads it too', () => {
  const { oldest, newest, written } = currentFormats
  expect(oldest).toBeLessThanOrEqual(written)
  expect(written).toBeLessThanOrEqual(newest)
  expect(newest - written).toBeLessThanOrEqual(1)
})

test('two versions in a row work together, and those further apart do not', () => {
  const versions = [before, preparing, next, afterNext]
  const together = versions.map((one) => versions.map((other) => workTogether(one, other)))
  expect(together).toEqual([
    [true, true, false, false],
    [true, true, true, false],
    [false, true, true, false],
    [false, false, false, true],
  ])
})

test('L1, L8: nodes of which one writes the next format append to one log, and both read all of it', async () => {
  const [a, b] = [await node('a', preparing), await node('b', next)]
  const epoch = await begin(a, 'd')
  await append(a, 'd', epoch, 'one')
  await append(b, 'd', epoch, 'two', 'three')
  await append(a, 'd', epoch, 'four')
  expect(await formatsIn('d')).toEqual({ head: '2', entries: [1, 2, 2, 1] })
  for (const { log } of [a, b]) {
    expect(textsOf(await log.load('d'))).toEqual(['one', 'two', 'three', 'four'])
    expect(textsOf(await log.read('d', 3))).toEqual(['three', 'four'])
  }
  // A repetition is one across the formats too.
  const request = { epoch, token: 'again', entries: [entry('five')] }
  expect(await b.log.append('d', request)).toEqual(await b.log.append('d', request))
})

test('L5: what one of them creates, names and deletes, the other finds so', async () => {
  const [a, b] = [await node('a', preparing), await node('b', next)]
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    await begin(one, 'd')
    await other.catalog.setTitle('d', 'renamed', 5)
    expect(await one.catalog.get('d')).toMatchObject({ title: 'renamed', updated: 5 })
    await other.catalog.delete('d', 6)
    expect(await one.catalog.get('d')).toBeUndefined()
    await one.catalog.recreate({ id: 'd', title: 'anew', createdBy: 'x', at: 7 })
    expect(await other.catalog.get('d')).toMatchObject({ title: 'anew' })
    await one.catalog.delete('d', 8)
    await other.catalog.recreate({ id: 'd', title: 'again', createdBy: 'x', at: 9 })
    await other.catalog.delete('d', 10)
    await server.client.flushall()
  }
})

test('L4, L8: checkpoints go both ways, each in the place of the other', async () => {
  const [a, b] = [await node('a', preparing), await node('b', next)]
  const epoch = await begin(a, 'd')
  await append(a, 'd', epoch, 'one', 'two')
  const large = new Uint8Array(300_000).fill(7)
  const first = placeOf(await a.log.load('d'), 1)
  expect(await b.log.replaceCheckpoint('d', checkpointAt(first, 'state one', large), undefined)).toBe(true)
  expect((await formatsIn('d')).head).toBe('2')
  expect((await a.log.load('d')).checkpoint).toEqual(checkpointAt(first, 'state one', large))
  const second = placeOf(await a.log.load('d'), 2)
  expect(await a.log.replaceCheckpoint('d', checkpointAt(second, 'state two'), first.tip)).toBe(true)
  expect(textsOf(await b.log.load('d'))).toEqual(['state two'])
  await append(b, 'd', epoch, 'three')
  expect(textsOf(await a.log.load('d'))).toEqual(['state two', 'three'])
})

test('X1: appends and presence are heard both ways', async () => {
  const [a, b] = [await node('a', preparing), await node('b', next)]
  const epoch = await begin(a, 'd')
  const sent: (number | undefined)[] = []
  const wire = server.client.duplicate().on('smessageBuffer', (_channel, message: Buffer) => sent.push(message.at(0)))
  await wire.ssubscribe(new DocumentKeys(defaultPrefix, 'd').relay)
  const [ears, others] = [new HearingListener(), new HearingListener()]
  await a.relay.subscribe('d', ears)
  await b.relay.subscribe('d', others)
  const receipts = [await append(a, 'd', epoch, 'one'), await append(b, 'd', epoch, 'two')]
  await a.relay.publish('d', Buffer.from('here'))
  await b.relay.publish('d', Buffer.from('there'))
  for (const heard of [ears, others]) {
    await heard.until(() => heard.appends.length === 2 && heard.messages.length === 1)
    expect(heard.texts).toEqual(['one', 'two'])
    expect(heard.appends).toMatchObject(receipts)
    expect(heard.resumptions).toBe(0)
  }
  expect([...ears.messages, ...others.messages]).toEqual(['b: there', 'a: here'])
  await wire.quit()
  expect(sent).toEqual([1, 2, 1, 2])
})

test('L8: who does not read the format of a document is told both, and changes nothing of it', async () => {
  const [old, ahead] = [await node('old', before), await node('ahead', afterNext)]
  for (const [other, own, found] of [
    [await node('b', next), old, 'is of format 2, and this version of Weft reads format 1: start the newer Weft'],
    [
      ahead,
      await node('c', preparing),
      'is of format 3, and this version of Weft reads formats 1 to 2: start the newer',
    ],
    [
      old,
      ahead,
      'is of format 1, and this version of Weft reads formats 2 to 3: upgrade through the versions in between',
    ],
  ] as const) {
    const epoch = await begin(other, 'd')
    await append(other, 'd', epoch, 'one', 'two')
    const { head } = await other.log.load('d')
    await other.log.replaceCheckpoint('d', checkpointAt(placeOf(await other.log.load('d'), 1), 'state'), undefined)
    const contents = await contentsOf('d')
    for (const attempt of [
      () => own.log.load('d'),
      () => own.log.read('d', 2),
      () => append(own, 'd', epoch, 'three'),
      () => own.log.replaceCheckpoint('d', checkpointAt(head, 'other state'), undefined),
      () => own.catalog.get('d'),
      () => own.catalog.setTitle('d', 'renamed', 9),
      () => own.catalog.delete('d', 9),
    ]) {
      const error = await attempt().catch((reason: unknown) => reason)
      expect(error, attempt.toString()).toBeInstanceOf(CorruptRecordError)
      expect(error).toMatchObject({ document: 'd', message: expect.stringContaining(`the head ${found}`) })
    }
    // Where the log ends may be asked: whoever reads on from there is told.
    expect(await own.log.heads(['d'])).toEqual([head])
    expect(await own.log.begin('d', 'lost', 9)).toEqual(head)
    expect(await own.catalog.create({ id: 'd', title: 'mine', createdBy: 'x', at: 1 })).toBe(false)
    expect(await contentsOf('d')).toEqual(contents)
    expect(textsOf(await other.log.load('d'))).toEqual(['state', 'two'])
    await other.catalog.delete('d', 10)
    await expect(own.catalog.recreate({ id: 'd', title: 'mine', createdBy: 'x', at: 11 })).rejects.toThrow(found)
    await server.client.flushall()
  }
})

test('L8: a document that nobody wrote to in the new format is still everyone’s', async () => {
  const [old, newer] = [await node('old', before), await node('newer', next)]
  const epoch = await begin(old, 'd')
  await append(old, 'd', epoch, 'one')
  expect(textsOf(await newer.log.load('d'))).toEqual(['one'])
  await append(old, 'd', epoch, 'two')
  // Two ahead does not lift the number of what it only tried to read.
  await expect((await node('ahead', afterNext)).log.load('d')).rejects.toThrow(CorruptRecordError)
  expect(textsOf(await old.log.load('d'))).toEqual(['one', 'two'])
})

test('X1: a message of a format that a node does not read is told as a loss, and those it reads are heard', async () => {
  const [old, newer] = [await node('old', before), await node('newer', next)]
  const epoch = await begin(old, 'd')
  const listener = new HearingListener()
  await old.relay.subscribe('d', listener)
  await append(old, 'd', epoch, 'one')
  await newer.relay.publish('d', Buffer.from('here'))
  await listener.until(() => listener.resumptions === 1)
  await append(newer, 'd', epoch, 'two')
  await listener.until(() => listener.resumptions === 2)
  expect(listener.texts).toEqual(['one'])
  expect(listener.messages).toEqual([])
  await expect(old.log.load('d')).rejects.toThrow(CorruptRecordError)
})

test('L8: a SQLite file that the next version wrote to is read and written by the one before it', async () => {
  await using made = await makeStoreFolder()
  const opened = async (formats: Formats, work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await openSqliteStore(made.folder, { formats })
    try {
      await work(store)
    } finally {
      await store.close()
    }
  }
  let epoch = ''
  await opened(before, async (store) => {
    epoch = await begin(store, 'd')
    await append(store, 'd', epoch, 'one', 'two')
  })
  await opened(next, async (store) => {
    const place = placeOf(await store.log.load('d'), 1)
    expect(await store.log.replaceCheckpoint('d', checkpointAt(place, 'state one'), undefined)).toBe(true)
    await append(store, 'd', epoch, 'three')
  })
  await opened(preparing, async (store) => {
    expect(textsOf(await store.log.load('d'))).toEqual(['state one', 'two', 'three'])
    await append(store, 'd', epoch, 'four')
    const loaded = await store.log.load('d')
    const place = placeOf(loaded, 3)
    expect(
      await store.log.replaceCheckpoint('d', checkpointAt(place, 'state three'), loaded.checkpoint?.place.tip),
    ).toBe(true)
  })
  await opened(next, async (store) => expect(textsOf(await store.log.load('d'))).toEqual(['state three', 'four']))
  const refused = openSqliteStore(made.folder, { formats: before })
  await expect(refused).rejects.toThrow(StoreConfigurationError)
  await expect(refused).rejects.toThrow('is of format 2, and this version of Weft reads format 1: start the newer Weft')
  expect(tamper(made.folder, 'PRAGMA user_version')).toEqual([{ user_version: 2 }])
  await opened(next, async (store) => expect(textsOf(await store.log.load('d'))).toEqual(['state three', 'four']))
})

test('L8: a SQLite file with a record of a format that is not read says so, and stays as it is', async () => {
  await using made = await makeStoreFolder()
  const newer = await openSqliteStore(made.folder, { formats: next })
  await append(newer, 'd', await begin(newer, 'd'), 'one', 'two')
  await newer.close()
  // As if the number of the file had been set back by hand.
  tamper(made.folder, 'PRAGMA user_version = 1')
  const store = await openSqliteStore(made.folder, { formats: before })
  await expect(store.log.load('d')).rejects.toThrow('document d, entry 1: the record is of format 2')
  await store.close()
  tamper(made.folder, 'PRAGMA user_version = 2')
  const again = await openSqliteStore(made.folder, { formats: next })
  expect(textsOf(await again.log.load('d'))).toEqual(['one', 'two'])
  await again.close()
})

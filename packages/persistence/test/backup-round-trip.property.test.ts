import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { readBackup, type RestoredDocument, type RestoredFile } from '../src/backup/read-backup.ts'
import { writeBackup } from '../src/backup/write-backup.ts'
import type { StoreFixture } from '../src/contract/store-fixture.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'
import type { Store } from '../src/store.ts'
import { makeRedisFixture } from './redis-fixture.ts'
import { RedisServer, durableSettings } from './redis-server.ts'
import { makeSqliteFixture } from './sqlite-folder.ts'
import { all, contentOf, docIn, type Edit, gather, streamOf, WrittenDocument } from './written-documents.ts'

let redis: RedisServer

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
})
afterAll(() => redis[Symbol.asyncDispose]())

const kinds: Readonly<Record<string, () => Promise<StoreFixture>>> = {
  memory: async () => ({ open: async () => new MemoryStore(), dispose: async () => {} }),
  sqlite: makeSqliteFixture,
  redis: async () => makeRedisFixture(redis),
}
const pairs = Object.keys(kinds).flatMap((from) => Object.keys(kinds).map((to) => [from, to] as const))

const edit: fc.Arbitrary<Edit> = fc.record({
  actor: fc.constantFrom('ann', 'ben', 'çelik'),
  at: fc.nat(1_000),
  kind: fc.constantFrom('insert', 'insert', 'insert', 'delete', 'format', 'put'),
  number: fc.nat(50),
})
const edits = fc.array(fc.oneof({ weight: 8, arbitrary: edit }, { weight: 1, arbitrary: fc.constant('compact') }), {
  maxLength: 12,
})
const documents = fc.array(
  fc.record({
    before: edits,
    /** Whether the other store has it as it was then, and what was written there since. */
    there: fc.option(edits, { nil: undefined }),
    after: edits,
    title: fc.option(fc.record({ title: fc.string(), at: fc.nat(2_000) }), { nil: undefined }),
    files: fc.array(fc.record({ name: fc.string(), created: fc.nat(), content: fc.uint8Array({ maxLength: 50 }) }), {
      maxLength: 2,
    }),
  }),
  { minLength: 1, maxLength: 4 },
)

describe('a backup of one store, read into another', () => {
  it.each(pairs)(
    '%s to %s: nothing of either is lost, and reading it again changes nothing',
    async (from, to) => {
      const seed = seedOf(`${from} to ${to}`)
      await using one = await opened(from)
      await using other = await opened(to)
      let run = 0
      await fc.assert(
        fc.asyncProperty(documents, async (drawn) => {
          const prefix = `run-${run++}/`
          const expected = new Map<string, Expected>()
          for (const [index, { before, there, after, title, files }] of drawn.entries()) {
            const id = `${prefix}${index}`
            await write(one.store, id, before)
            if (there !== undefined) {
              await gather(writeBackup(one.store, { prefix: id })).then((bytes) => restore(other.store, bytes))
              await write(other.store, id, there)
            }
            await write(one.store, id, after)
            if (title !== undefined) await one.store.catalog.setTitle(id, title.title, title.at)
            for (const file of files) {
              await one.store.files.put(id, { ...file, type: 'image/png', createdBy: 'ann' }, plenty)
            }
            expected.set(id, await expectation(one.store, other.store, id, there !== undefined))
          }
          const bytes = await gather(writeBackup(one.store, { prefix }))
          const restored = await restore(other.store, bytes)
          const documentsOf = restored.filter((item) => !('file' in item)).map(({ document }) => document)
          expect(documentsOf).toEqual([...expected.keys()])
          for (const [id, { content, created }] of expected) {
            expect(contentOf(await docIn(other.store, id))).toEqual(content)
            expect(await filesOf(other.store, id)).toEqual(await filesOf(one.store, id))
            if (!created) continue
            expect(await metadataOf(other.store, id)).toEqual(await metadataOf(one.store, id))
            const entries = await entriesOf(other.store, id)
            expect(entries.slice(entries.length - created.length)).toEqual(created)
          }
          const heads = await other.store.log.heads([...expected.keys()])
          const again = await restore(other.store, bytes)
          expect(again.map(({ outcome }) => outcome)).toEqual(again.map(() => 'unchanged'))
          expect(await other.store.log.heads([...expected.keys()])).toEqual(heads)
        }),
        { numRuns: Number(process.env['WEFT_FUZZ_RUNS'] ?? 10), seed },
      )
    },
    60_000,
  )
})

const plenty = { files: 10, bytes: 1_000_000 }

interface Expected {
  readonly content: object
  /** The entries with which a document that was not there ends. */
  readonly created: readonly object[] | undefined
}

async function write(store: Store, id: string, steps: readonly (Edit | string)[]): Promise<void> {
  const document = await new WrittenDocument(store, id).open()
  for (const step of steps) await (typeof step === 'string' ? document.compact() : document.edit(step))
}

async function expectation(one: Store, other: Store, id: string, both: boolean): Promise<Expected> {
  const doc = await docIn(one, id)
  if (both) Y.applyUpdate(doc, Y.encodeStateAsUpdate(await docIn(other, id)))
  return { content: contentOf(doc), created: both ? undefined : await entriesOf(one, id) }
}

async function entriesOf({ log }: Store, id: string): Promise<object[]> {
  const { entries } = await log.load(id)
  return entries.map(({ actor, at, update }) => ({ actor, at, update: Buffer.from(update).toString('hex') }))
}

async function filesOf({ files }: Store, id: string): Promise<object[]> {
  const found: object[] = []
  for (const record of await files.list(id)) {
    found.push({ record, content: (await gather(files.read(id, record.hash))).toString('hex') })
  }
  return found
}

async function metadataOf({ catalog }: Store, id: string): Promise<object> {
  return { ...(await catalog.get(id)), bytes: 'as the store keeps it' }
}

async function restore(store: Store, bytes: Uint8Array): Promise<(RestoredDocument | RestoredFile)[]> {
  return all(readBackup(store, streamOf(bytes)))
}

async function opened(kind: string): Promise<AsyncDisposable & { readonly store: Store }> {
  const fixture = await (kinds[kind] ?? makeSqliteFixture)()
  const store = await fixture.open()
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close()
      await fixture.dispose()
    },
  }
}

function seedOf(name: string): number {
  const seed = Number(process.env['WEFT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`backup ${name}: seed ${seed} (repeat with WEFT_FUZZ_SEED=${seed})\n`)
  return seed
}

/** What is kept of a document against what a node holds: log and replica are the test's, the replay is real. */
import { CorruptRecordError, DocumentNotFoundError, type LoadedDocument, MemoryStore } from '@weft/persistence'
import type { Verification } from '@weft/protocol/http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import { ContentThread, defaultContentLimits } from '../../src/content/content-thread.ts'
import { AllNodes } from '../../src/nodes/all-nodes.ts'
import { replicaQuestion } from '../../src/nodes/questions.ts'
import type { ReplicaCapture } from '../../src/room/replica-capture.ts'
import { DocumentVerification } from '../../src/verification/document-verification.ts'
import { ownReplica } from '../../src/verification/own-replica.ts'
import { CapturedLog } from '../support/captured-log.ts'

const id = 'team-a/plan'

let store: MemoryStore
let thread: ContentThread
/** Whose updates are in the log. */
let author: Y.Doc
let looks: number
beforeEach(async () => {
  store = new MemoryStore()
  await store.catalog.create({ id, title: '', createdBy: 'ada', at: 1 })
  thread = new ContentThread(defaultContentLimits)
  author = new Y.Doc()
  looks = 0
})
afterEach(() => thread.close())

/** Writes something, which the log has then. */
async function write(text: string): Promise<void> {
  const known = Y.encodeStateVector(author)
  author.getText('t').insert(0, text)
  const { head } = await store.log.load(id)
  const entries = [{ update: Y.encodeStateAsUpdate(author, known), actor: 'ada', at: 1 }]
  await store.log.append(id, { epoch: head.epoch, token: text, entries })
}

/** Puts a checkpoint where the log ends. */
async function compact(chunk = Y.encodeStateAsUpdate(author)): Promise<void> {
  const { head } = await store.log.load(id)
  const checkpoint = { place: head, stateVector: Y.encodeStateVector(author), chunks: [chunk] }
  expect(await store.log.replaceCheckpoint(id, checkpoint, undefined)).toBe(true)
}

/** A replica that holds what a document does, at the log's end. */
async function replica(doc: Y.Doc, unsavedBytes = 0): Promise<ReplicaCapture> {
  const { head } = await store.log.load(id)
  return {
    state: [Y.encodeStateAsUpdate(doc)],
    stateVector: Y.encodeStateVector(doc),
    place: head,
    unsavedBytes,
  }
}

/** @param capture what the one node holds; it does not have the document open where there is none */
async function verify(
  capture: () => Promise<ReplicaCapture | undefined> = async () => undefined,
  changed: (loaded: LoadedDocument) => LoadedDocument = (loaded) => loaded,
): Promise<Verification> {
  const surroundings = {
    now: () => 0,
    randomId: () => 'id',
    // Its waits are over at once, and a limit is never reached.
    timer: (milliseconds: number, callback: () => void) => {
      if (milliseconds !== 15_000) setImmediate(callback)
      return () => {}
    },
  }
  const { log } = new CapturedLog()
  const describe = () => {
    throw new Error('nobody lists it')
  }
  const nodes = new AllNodes({ node: 'node-a', describe, surroundings, log })
  await nodes.begin({ nodes: { announce: async () => undefined, list: async () => [], withdraw: async () => {} } })
  nodes.answer(replicaQuestion, (document) => {
    looks++
    return ownReplica(document, { capture }, thread)
  })
  const damaged = {
    heads: (documents: readonly string[]) => store.log.heads(documents),
    load: async (document: string) => changed(await store.log.load(document)),
  }
  return await new DocumentVerification({ nodes, log: () => damaged, thread, surroundings }).verify(id)
}

/** A copy that goes its own way. */
function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}

test('a log, a checkpoint and a replica that hold the same agree, however each of them came to it', async () => {
  await write('one ')
  await write('two ')
  await compact()
  await write('three ')
  expect(await verify(() => replica(author))).toEqual({
    document: id,
    outcome: 'agrees',
    log: { position: 3, entries: 1, detail: null },
    checkpoint: { position: 2, outcome: 'agrees', detail: null },
    replicas: [{ node: 'node-a', outcome: 'agrees', position: 3, unsavedBytes: 0, detail: null }],
    complete: true,
    unanswered: [],
  })
  expect(looks).toBe(1)
})

test('a document that is not open is its log and its checkpoint; one without either agrees', async () => {
  expect(await verify()).toMatchObject({ outcome: 'agrees', log: { position: 0 }, checkpoint: null, replicas: [] })
  await write('one')
  expect(await verify()).toMatchObject({ outcome: 'agrees', log: { position: 1, entries: 1 }, checkpoint: null })
})

test('what is not saved yet is told, and is no drift', async () => {
  await write('one')
  const ahead = copyOf(author)
  ahead.getText('t').insert(0, 'more')
  expect(await verify(() => replica(ahead, 7))).toMatchObject({
    outcome: 'agrees',
    replicas: [{ outcome: 'unsaved', unsavedBytes: 7, detail: null }],
  })
})

test('a replica that lacks what the log has, or has what it lacks, has drifted: said only after a second look', async () => {
  await write('one')
  const before = copyOf(author)
  await write('four')
  expect(await verify(() => replica(before))).toMatchObject({
    outcome: 'drift',
    replicas: [{ outcome: 'differs', detail: 'lacks 4 changes that the log has' }],
  })
  expect(looks).toBe(4)
  const ahead = copyOf(author)
  ahead.getText('t').insert(0, 'x')
  expect(await verify(() => replica(ahead))).toMatchObject({
    outcome: 'drift',
    replicas: [{ outcome: 'differs', detail: 'has one change beyond what the log has' }],
  })
  // What is not saved explains what is more, and never what is missing.
  expect(await verify(() => replica(before, 7))).toMatchObject({ outcome: 'drift' })
})

test('a replica with other content, or another deletion, under the same clocks has drifted', async () => {
  await write('one')
  const other = Object.assign(new Y.Doc(), { clientID: author.clientID })
  other.getText('t').insert(0, 'two')
  const detail = 'it has other content than the log'
  expect(await verify(() => replica(other))).toMatchObject({ outcome: 'drift', replicas: [{ detail }] })
  const shorter = copyOf(author)
  shorter.getText('t').delete(0, 1)
  expect(await verify(() => replica(shorter))).toMatchObject({ outcome: 'drift', replicas: [{ detail }] })
})

test('a replica that has not heard of an append, or whose log lost one, is told so', async () => {
  await write('one')
  const behind = await replica(author)
  await write('two')
  expect(await verify(async () => behind)).toMatchObject({
    outcome: 'drift',
    replicas: [{ outcome: 'differs', position: 1, detail: 'it has not heard of what is in the log up to position 2' }],
  })
  const later = await replica(author)
  const beyond = { ...later, place: { ...later.place, position: 9 } }
  expect(await verify(async () => beyond)).toMatchObject({
    replicas: [{ detail: 'the log has lost what was after position 2' }],
  })
  const elsewhere = { ...later, place: { ...later.place, epoch: 'another' } }
  expect(await verify(async () => elsewhere)).toMatchObject({
    replicas: [{ detail: 'it is in another life of the log' }],
  })
})

test('a replica that was missing something at first and has it at the second look agrees', async () => {
  await write('one')
  const behind = await replica(author)
  await write('two')
  let asked = 0
  const capture = (): Promise<ReplicaCapture> => (asked++ === 0 ? Promise.resolve(behind) : replica(author))
  expect(await verify(capture)).toMatchObject({ outcome: 'agrees', replicas: [{ outcome: 'agrees' }] })
  expect(looks).toBe(2)
})

test('what is written while it is verified is compared at the replica’s own place', async () => {
  await write('one')
  let count = 0
  const capture = async (): Promise<ReplicaCapture> => {
    const captured = await replica(author)
    await write(`later ${++count}`)
    return captured
  }
  expect(await verify(capture)).toMatchObject({ outcome: 'agrees', replicas: [{ outcome: 'agrees', position: 1 }] })
  expect(looks).toBe(1)
})

test('what a node sends newcomers is what it has itself', async () => {
  await write('one')
  const captured = await replica(author)
  const cached = { ...captured, stateVector: Y.encodeStateVector(new Y.Doc()) }
  expect(await verify(async () => cached)).toMatchObject({
    outcome: 'drift',
    replicas: [{ detail: 'what it sends newcomers is not what it has' }],
  })
  const broken = { ...captured, state: [new Uint8Array([9, 9])] }
  expect(await verify(async () => broken)).toMatchObject({
    outcome: 'drift',
    replicas: [{ detail: 'what it sends newcomers cannot be read' }],
  })
})

test('L8: a checkpoint that holds something else than its header says has drifted', async () => {
  await write('one')
  const before = Y.encodeStateAsUpdate(author)
  await write('two')
  await compact(before)
  expect(await verify()).toMatchObject({
    outcome: 'drift',
    checkpoint: { position: 2, outcome: 'differs', detail: 'lacks 3 changes that its header says' },
  })
})

test('L8: an entry that was changed is drift where it can be read, and named where it cannot', async () => {
  await write('one')
  const forger = Object.assign(new Y.Doc(), { clientID: author.clientID })
  forger.getText('t').insert(0, 'two')
  const entered =
    (update: Uint8Array) =>
    (loaded: LoadedDocument): LoadedDocument => ({
      ...loaded,
      entries: loaded.entries.map((entry) => ({ ...entry, update })),
    })
  const forged = entered(Y.encodeStateAsUpdate(forger))
  expect(await verify(() => replica(author), forged)).toMatchObject({ outcome: 'drift', log: { detail: null } })
  expect(await verify(() => replica(author), entered(new Uint8Array([9, 9])))).toMatchObject({
    outcome: 'unreadable',
    log: { position: null, detail: 'Yjs cannot read the entry at position 1' },
    replicas: [{ outcome: 'unclear' }],
  })
  const corrupt = (): LoadedDocument => {
    throw new CorruptRecordError(id, 1, 'the checksum is wrong')
  }
  expect(await verify(undefined, corrupt)).toMatchObject({
    outcome: 'unreadable',
    log: { detail: `document ${id}, entry 1: the checksum is wrong` },
  })
})

test('there is nothing to tell of a document that there is not', async () => {
  store = new MemoryStore()
  await expect(verify()).rejects.toThrow(DocumentNotFoundError)
})

import { randomUUID } from 'node:crypto'
import * as Y from 'yjs'
import type { LoadedDocument } from '../src/document-log.ts'
import { MemoryStore } from '../src/memory/memory-store.ts'
import type { Store } from '../src/store.ts'

/**
 * What no client writes: of client 7, three characters from clock 1 that wait for clock 0, and then both clocks 0 and 1 as something
 * that is gone. Yjs throws at the second, and at all that comes later.
 */
export const contradicting: readonly Uint8Array[] = [
  Uint8Array.from([1, 1, 7, 1, 0x04, 1, 1, 0x74, 3, 0x61, 0x62, 0x63, 0]),
  Uint8Array.from([1, 1, 7, 0, 0, 2, 0]),
]

/** Something that a person does in a document. */
export interface Edit {
  readonly actor: string
  readonly at: number
  readonly kind: 'insert' | 'delete' | 'format' | 'put'
  readonly number: number
}

/** A document that people write in, as the rooms that they have open would. */
export class WrittenDocument {
  readonly id: string
  readonly doc: Y.Doc = new Y.Doc()
  readonly #store: Store

  constructor(store: Store, id: string) {
    this.#store = store
    this.id = id
  }

  /** Takes over what the store holds. */
  async open(): Promise<this> {
    await this.#store.catalog.create({ id: this.id, title: `title of ${this.id}`, createdBy: 'maker', at: 5 })
    apply(this.doc, await this.#store.log.load(this.id))
    return this
  }

  /** Does it and appends what it changed. */
  async edit(edit: Edit): Promise<void> {
    const updates: Uint8Array[] = []
    const gather = (update: Uint8Array): void => void updates.push(update)
    this.doc.on('update', gather)
    this.doc.transact(() => change(this.doc, edit))
    this.doc.off('update', gather)
    if (updates.length === 0) return
    const entries = updates.map((update) => ({ update, actor: edit.actor, at: edit.at }))
    const { head } = await this.#store.log.load(this.id)
    await this.#store.log.append(this.id, { epoch: head.epoch, token: randomUUID(), entries })
  }

  /** Puts a checkpoint in the place of what was appended so far. */
  async compact(): Promise<void> {
    const { head, checkpoint } = await this.#store.log.load(this.id)
    if (head.position === 0) return
    const chunks = [Y.encodeStateAsUpdate(this.doc)]
    const next = { place: head, stateVector: Y.encodeStateVector(this.doc), chunks }
    await this.#store.log.replaceCheckpoint(this.id, next, checkpoint?.place.tip)
  }
}

function change(doc: Y.Doc, { kind, number, actor }: Edit): void {
  const text = doc.getText('text')
  const place = text.length === 0 ? 0 : number % text.length
  switch (kind) {
    case 'insert':
      return text.insert(place, `${actor}${number} `)
    case 'delete':
      return text.delete(place, Math.min(3, text.length - place))
    case 'format':
      return text.format(place, Math.min(4, text.length - place), { bold: number % 2 === 0 ? true : null })
    case 'put':
      doc.getMap('map').set(`key ${number % 3}`, number)
  }
}

/** What a store holds of a document, as Yjs has it. */
export async function docIn({ log }: Store, id: string): Promise<Y.Doc> {
  const doc = new Y.Doc()
  apply(doc, await log.load(id))
  return doc
}

function apply(doc: Y.Doc, { checkpoint, entries }: LoadedDocument): void {
  doc.transact(() => {
    for (const chunk of checkpoint?.chunks ?? []) Y.applyUpdate(doc, chunk)
    for (const { update } of entries) Y.applyUpdate(doc, update)
  })
}

/** What a reader sees in a document, and who has written how much. */
export function contentOf(doc: Y.Doc): object {
  return {
    text: doc.getText('text').toDelta(),
    map: doc.getMap('map').toJSON(),
    clocks: [...Y.decodeStateVector(Y.encodeStateVector(doc))].toSorted(([a], [b]) => a - b),
  }
}

/** All that a stream gives. */
export async function all<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

/** All bytes of a stream. */
export async function gather(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await all(bytes))
}

/** Bytes as a stream, in pieces of a size. */
export async function* streamOf(bytes: Uint8Array, pieceBytes = 1000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += pieceBytes) yield bytes.subarray(start, start + pieceBytes)
}

/** An edit that adds a text. */
export function say(text: number): Edit {
  return { actor: 'ann', at: 10, kind: 'insert', number: text }
}

/** A store with documents of some edits each. */
export async function storeWith(...ids: readonly string[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (const id of ids) {
    const document = await new WrittenDocument(store, id).open()
    await document.edit(say(1))
    await document.compact()
    await document.edit(say(2))
  }
  return store
}

import { createHash, type Hash } from 'node:crypto'
import { length } from 'lib0/encoding'
import * as Y from 'yjs'

/** What a part of the digested bytes is. Deletions are ranges: what was deleted is gone from some replicas and not from others. */
const tag = { deleted: 0, item: 1, text: 2, unit: 3 } as const

/** Bytes that are gathered before they are hashed. */
const gathered = 64 * 1024

/**
 * A digest of all that a document holds, in hexadecimal: of its structure, its deletions and its content. Two replicas that hold
 * the same have the same one, in whatever order and however merged they heard of it: encoded states would not do, since Yjs
 * splits and joins what it holds as it hears of it. What waits for missing dependencies is not in it.
 */
export function contentDigest(doc: Y.Doc): string {
  const digest = new Digest()
  for (const client of [...doc.store.clients.keys()].toSorted((a, b) => a - b)) {
    digest.client(doc.store.clients.get(client) ?? [])
  }
  return digest.end()
}

class Digest {
  readonly #hash: Hash = createHash('sha256')
  readonly #roots = new Map<unknown, string>()
  #encoder = new Y.UpdateEncoderV1()
  #deleted: { readonly id: Y.ID; length: number } | undefined
  #text: string[] = []
  #last: Y.Item | undefined

  client(structs: readonly (Y.Item | Y.GC)[]): void {
    for (const struct of structs) {
      if (struct instanceof Y.Item && !struct.deleted) this.#item(struct)
      else this.#deletion(struct)
    }
    this.#closeText()
    this.#closeDeletion()
    this.#last = undefined
  }

  end(): string {
    return this.#hash.update(this.#encoder.toUint8Array()).digest('hex')
  }

  #deletion({ id, length }: Y.Item | Y.GC): void {
    this.#closeText()
    this.#last = undefined
    if (this.#deleted === undefined) this.#deleted = { id, length }
    else this.#deleted.length += length
  }

  #item(item: Y.Item): void {
    this.#closeDeletion()
    // What Yjs could have joined with what is before it reads the same as if it had.
    if (this.#last === undefined || !continues(this.#last, item)) {
      this.#closeText()
      this.#beginItem(item)
    }
    this.#last = item
    this.#content(item.content)
    if (length(this.#encoder.restEncoder) > gathered) this.#pour()
  }

  #beginItem({ id, origin, rightOrigin, parent, parentSub }: Y.Item): void {
    this.#tag(tag.item)
    this.#encoder.writeLeftID(id)
    this.#optional(origin)
    this.#optional(rightOrigin)
    const of = parent instanceof Y.AbstractType ? parent._item : null
    this.#optional(of === null ? null : of.id)
    if (of === null && parent instanceof Y.AbstractType) this.#encoder.writeString(this.#rootOf(parent))
    this.#encoder.writeString(parentSub ?? '')
  }

  #content(content: Y.Item['content']): void {
    if (content instanceof Y.ContentString) this.#text.push(content.str)
    else if (content instanceof Y.ContentAny) for (const value of content.arr) this.#unit(new Y.ContentAny([value]))
    else if (content instanceof Y.ContentJSON) for (const value of content.arr) this.#unit(new Y.ContentJSON([value]))
    else this.#unit(content)
  }

  #unit(content: Y.Item['content']): void {
    this.#closeText()
    this.#tag(tag.unit)
    this.#encoder.writeInfo(content.getRef())
    content.write(this.#encoder, 0)
  }

  #closeText(): void {
    if (this.#text.length === 0) return
    this.#tag(tag.text)
    this.#encoder.writeString(this.#text.join(''))
    this.#text = []
  }

  #closeDeletion(): void {
    if (this.#deleted === undefined) return
    this.#tag(tag.deleted)
    this.#encoder.writeLeftID(this.#deleted.id)
    this.#encoder.writeLen(this.#deleted.length)
    this.#deleted = undefined
  }

  #optional(id: Y.ID | null): void {
    this.#encoder.writeParentInfo(id !== null)
    if (id !== null) this.#encoder.writeLeftID(id)
  }

  #rootOf(type: Y.AbstractType<unknown>): string {
    const name = this.#roots.get(type) ?? Y.findRootTypeKey(type)
    this.#roots.set(type, name)
    return name
  }

  #tag(value: number): void {
    this.#encoder.writeInfo(value)
  }

  #pour(): void {
    this.#hash.update(this.#encoder.toUint8Array())
    this.#encoder = new Y.UpdateEncoderV1()
  }
}

/** Whether an item of the same client, next by its clock, was written on from the one before. */
function continues(last: Y.Item, item: Y.Item): boolean {
  return (
    Y.compareIDs(item.origin, last.lastId) &&
    Y.compareIDs(item.rightOrigin, last.rightOrigin) &&
    item.content.getRef() === last.content.getRef()
  )
}

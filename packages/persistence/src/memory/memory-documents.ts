import type { NewDocument } from '../document-catalog.ts'
import type { AppendReceipt, Checkpoint, Entry, Place } from '../document-log.ts'
import type { StoredFileRecord } from '../file-codec.ts'
import { DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError, StoreUnavailableError } from '../errors.ts'

/** A document that exists. */
export interface LiveDocument {
  readonly state: 'live'
  readonly epoch: string
  /** After the checkpoint, in order. */
  entries: Entry[]
  checkpoint: Checkpoint | undefined
  /** What the last appends were answered, by their tokens: any of several nodes may repeat its own. */
  readonly receipts: Map<string, AppendReceipt>
  title: string
  readonly created: number
  readonly createdBy: string
  updated: number
  /** By their hashes. */
  readonly files: Map<string, { readonly record: StoredFileRecord; readonly content: Uint8Array }>
  /** Since when it is in the trash. */
  trashed?: number | undefined
}

/** What is left of a deleted document, for ever: late appends are refused by it (L5). */
export interface Tombstone {
  readonly state: 'deleted'
  readonly epoch: string
}

/** All documents of a memory store. Log and catalog share one. */
export class MemoryDocuments {
  readonly #documents = new Map<string, LiveDocument | Tombstone>()
  #closed = false

  get(id: string): LiveDocument | Tombstone | undefined {
    this.assertOpen()
    return this.#documents.get(id)
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  live(id: string): LiveDocument {
    const document = this.get(id)
    if (document === undefined) throw new DocumentNotFoundError(id)
    if (document.state === 'deleted') throw new DocumentDeletedError(id)
    if (document.trashed !== undefined) throw new DocumentTrashedError(id)
    return document
  }

  /** One that is there, in the trash or not. @throws DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError */
  present(id: string): LiveDocument {
    const document = this.get(id)
    if (document?.state === 'live') return document
    throw document === undefined ? new DocumentNotFoundError(id) : new DocumentDeletedError(id)
  }

  set(id: string, document: LiveDocument | Tombstone): void {
    this.#documents.set(id, document)
  }

  /** Those that are there, and what is left of the others. */
  *all(): Generator<[id: string, LiveDocument | Tombstone]> {
    this.assertOpen()
    yield* this.#documents
  }

  /** Those that are there, in the trash too. */
  *allPresent(): Generator<[id: string, LiveDocument]> {
    this.assertOpen()
    for (const [id, document] of this.#documents) if (document.state === 'live') yield [id, document]
  }

  assertOpen(): void {
    if (this.#closed) throw new StoreUnavailableError('the store is closed')
  }

  close(): void {
    this.#closed = true
  }
}

/** A document that begins. */
export function newDocument({ title, createdBy, at }: Omit<NewDocument, 'id'>, epoch: string): LiveDocument {
  return {
    state: 'live',
    epoch,
    entries: [],
    checkpoint: undefined,
    receipts: new Map(),
    title,
    created: at,
    createdBy,
    updated: at,
    files: new Map(),
  }
}

/** Where a document's log ends. */
export function headOf({ epoch, entries, checkpoint }: LiveDocument): Place {
  const last = entries.at(-1)
  if (last !== undefined) return { epoch, position: last.position, tip: last.tip }
  return checkpoint?.place ?? { epoch, position: 0, tip: '' }
}

/** What log and checkpoint take. */
export function bytesOf({ entries, checkpoint }: LiveDocument): number {
  const chunks = checkpoint === undefined ? [] : [checkpoint.stateVector, ...checkpoint.chunks]
  return [...entries.map(({ update }) => update), ...chunks].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

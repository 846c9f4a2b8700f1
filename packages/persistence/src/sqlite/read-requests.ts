import type { DocumentCounts, DocumentListing, DocumentRecord, TrashListing, TrashPage } from '../document-catalog.ts'
import type { StoredFileRecord } from '../file-codec.ts'
import type { Checkpoint, LoadedDocument, Place } from '../document-log.ts'
import type { ListedRows } from './listed-rows.ts'
import type { Refusal } from './write-jobs.ts'

/** What the read thread is asked. */
export type ReadRequest =
  /** With `from`, everything from that position; without, everything. */
  | { readonly type: 'load'; readonly document: string; readonly from: number | undefined }
  | { readonly type: 'heads'; readonly documents: readonly string[] }
  | { readonly type: 'get'; readonly document: string }
  | { readonly type: 'creator'; readonly document: string }
  | { readonly type: 'count' }
  | { readonly type: 'list'; readonly listing: DocumentListing }
  | { readonly type: 'list-trash'; readonly listing: TrashListing }
  /** All files of a document, or the one of a hash. */
  | { readonly type: 'files'; readonly document: string; readonly hash: string | undefined }
  | { readonly type: 'file-chunk'; readonly document: string; readonly hash: string; readonly number: number }

/** What each request answers. */
export interface ReadAnswers {
  readonly load: LoadedDocument
  readonly heads: { readonly heads: readonly (Place | undefined)[] }
  readonly get: DocumentRecord | undefined
  readonly creator: { readonly creator: string | undefined }
  readonly count: { readonly counts: DocumentCounts }
  readonly list: ListedRows
  readonly 'list-trash': { readonly trash: TrashPage }
  readonly files: { readonly files: readonly StoredFileRecord[] }
  /** Undefined where the document has no such file any more. */
  readonly 'file-chunk': { readonly content: Uint8Array | undefined }
}

export interface ToReadThread {
  readonly id: number
  readonly request: ReadRequest
}

/** A run of entries, column by column: many small objects would cost the event loop more than the bytes do. */
export interface EntryRun {
  readonly first: number
  readonly tips: readonly string[]
  readonly actors: readonly string[]
  readonly times: readonly number[]
  readonly lengths: readonly number[]
  /** The updates, one after the other. */
  readonly bytes: ArrayBuffer
}

/** A part of an answer, or its end. A large document comes in several, so that none holds up the event loop. */
export type ReadReply =
  /** A checkpoint comes, whose chunks are next. */
  | { readonly type: 'checkpoint'; readonly checkpoint: Omit<Checkpoint, 'chunks'> }
  | { readonly type: 'chunk'; readonly chunk: Uint8Array }
  | { readonly type: 'entries'; readonly run: EntryRun }
  | { readonly type: 'loaded'; readonly head: Place }
  | { readonly type: 'heads'; readonly heads: readonly (Place | undefined)[] }
  | { readonly type: 'record'; readonly record: DocumentRecord | undefined }
  | { readonly type: 'creator'; readonly creator: string | undefined }
  | { readonly type: 'counts'; readonly counts: DocumentCounts }
  | { readonly type: 'page'; readonly page: ListedRows }
  | { readonly type: 'trash'; readonly page: TrashPage }
  | { readonly type: 'files'; readonly files: readonly StoredFileRecord[] }
  | { readonly type: 'file-chunk'; readonly content: Uint8Array<ArrayBuffer> | undefined }
  | { readonly type: 'refused'; readonly refusal: Refusal }
  | { readonly type: 'bad-cursor'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string }

export interface FromReadThread {
  readonly id: number
  readonly reply: ReadReply
}

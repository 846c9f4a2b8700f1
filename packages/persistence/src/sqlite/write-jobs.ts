import type { AppendReceipt } from '../document-log.ts'
import type { NewDocument } from '../document-catalog.ts'
import type { FileLimits } from '../document-files.ts'
import type { CollectionChange, CollectionItem, CollectionRange } from '../collections.ts'
import type { StoredChange } from './stored-changes.ts'
import type { StoredRevocation } from './stored-revocations.ts'

/** A checkpoint that is being written, and what has to hold for it to count (L4). */
export interface CheckpointAttempt {
  readonly document: string
  readonly epoch: string
  readonly position: number
  readonly tip: string
  /** Tip of the checkpoint that it was made from; undefined for none. */
  readonly replaces: string | undefined
  /** Random, so that no two attempts write to the same place. */
  readonly generation: number
}

/**
 * What the write thread is asked to do. Byte strings are not in the jobs: `lengths` says how many of the batch's bytes are
 * theirs, in the order of the jobs.
 */
export type WriteJob =
  | {
      readonly type: 'append'
      readonly document: string
      readonly epoch: string
      readonly token: string
      /** The tip that the log has to end in; undefined for any. */
      readonly after: string | undefined
      readonly actors: readonly string[]
      readonly times: readonly number[]
      readonly lengths: readonly number[]
    }
  | { readonly type: 'create'; readonly document: NewDocument; readonly epoch: string }
  | { readonly type: 'recreate'; readonly document: NewDocument }
  /** With `expected`, only where the title is that one. */
  | {
      readonly type: 'set-title'
      readonly document: string
      readonly title: string
      readonly at: number
      readonly expected: string | undefined
    }
  | { readonly type: 'trash'; readonly document: string; readonly at: number }
  | { readonly type: 'restore'; readonly document: string }
  /** With `trashed`, only while it is in the trash since then. */
  | { readonly type: 'delete'; readonly document: string; readonly at: number; readonly trashed: number | undefined }
  | { readonly type: 'begin-checkpoint'; readonly attempt: CheckpointAttempt }
  | {
      readonly type: 'write-chunks'
      readonly attempt: CheckpointAttempt
      /** Number of the first of these chunks. */
      readonly first: number
      readonly lengths: readonly number[]
    }
  /** The bytes are the header's record and, where there is one, the outline's. */
  | { readonly type: 'finish-checkpoint'; readonly attempt: CheckpointAttempt; readonly lengths: readonly number[] }
  | { readonly type: 'abandon-checkpoint'; readonly attempt: CheckpointAttempt }
  /** Adds a revocation, if there is one to add, and answers all whose time is not over. */
  | {
      readonly type: 'revocations'
      readonly add: (StoredRevocation & { readonly until: number }) | undefined
      readonly now: number
    }
  /** Gives places in the feed to documents that wait for one, and answers those after a place. */
  | { readonly type: 'read-changes'; readonly after: number; readonly limit: number }
  | { readonly type: 'list-collection'; readonly collection: string; readonly range: CollectionRange }
  | { readonly type: 'change-collection'; readonly collection: string; readonly change: CollectionChange }
  | FileJob
  /** Puts documents that were appended to in their places in the index by update, a few at a time. */
  | { readonly type: 'settle-listing' }
  | { readonly type: 'sweep' }
  | { readonly type: 'check' }

/** What is done with a document's files. `file` is random, so that no two attempts write to the same place. */
export type FileJob =
  /** The bytes are the file's record. */
  | {
      readonly type: 'begin-file'
      readonly document: string
      readonly file: number
      readonly hash: string
      readonly bytes: number
      readonly lengths: readonly number[]
    }
  | {
      readonly type: 'write-file-chunks'
      readonly file: number
      /** Number of the first of these chunks. */
      readonly first: number
      readonly lengths: readonly number[]
    }
  | { readonly type: 'finish-file'; readonly document: string; readonly file: number; readonly limits: FileLimits }
  | { readonly type: 'abandon-file'; readonly file: number }
  | { readonly type: 'remove-file'; readonly document: string; readonly hash: string }

/** A part of the feed. */
export interface FedChanges {
  /** The feed's name. */
  readonly name: string
  readonly found: readonly StoredChange[]
  /** The last place that was given out. */
  readonly last: number
  /** Whether documents wait for a place. */
  readonly more: boolean
}

/**
 * What a job answers where it did what it was asked: an append where it went, `create` whether it was created by this,
 * `set-title` whether the title was as expected, a step of a checkpoint or of a file whether its conditions hold, a step of
 * the sweep or of settling the listing whether there is more, `revocations` those that there are, `read-changes` a part of the feed, `list-collection` what it found, `change-collection` whether
 * what it expected stood there; all others nothing.
 */
export type JobAnswer =
  | AppendReceipt
  | { readonly revocations: readonly StoredRevocation[] }
  | { readonly changes: FedChanges }
  | { readonly items: readonly CollectionItem[] }
  | boolean
  | undefined

/** Why a document's state or its bytes do not allow what was asked. Only the job that met it is refused. */
export type Refusal =
  | { readonly reason: 'not-found' }
  | { readonly reason: 'deleted' }
  | { readonly reason: 'trashed' }
  | { readonly reason: 'epoch'; readonly expected: string; readonly found: string }
  | { readonly reason: 'tip'; readonly expected: string; readonly found: string }
  /** There would be more files than the document may have. */
  | { readonly reason: 'files-full'; readonly limits: FileLimits }
  | { readonly reason: 'corrupt'; readonly position: number | undefined; readonly detail: string }

/** What became of a job whose batch was committed. */
export type JobOutcome = { readonly answer: JobAnswer } | { readonly refusal: Refusal }

/** One transaction. */
export interface WriteBatch {
  readonly jobs: readonly WriteJob[]
  readonly bytes: ArrayBuffer
}

/** What the write thread says. After a batch: its outcomes, once they are durable, or that all of it failed. */
export type FromWriteThread =
  | { readonly type: 'ready' }
  | { readonly type: 'misconfigured'; readonly message: string }
  | { readonly type: 'committed'; readonly outcomes: readonly JobOutcome[] }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'closed' }

export type ToWriteThread = WriteBatch | 'close'

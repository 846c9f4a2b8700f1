import type { ContentInput } from '@weft/protocol/http'
import type { MovedFiles } from './copied-content.ts'
import type { Rendering } from './render-content.ts'

/**
 * What is to be done with a copy of a document: read it, make the update that writes into it or the one that copies it, see whether an update can be
 * written into it as a whole, which answers nothing, or tell what it holds after some of its updates, as `digestStates` does.
 */
export type ContentTask =
  | ({ readonly type: 'render' } & Rendering)
  | ({ readonly type: 'write' } & ContentInput)
  | ({ readonly type: 'copy' } & MovedFiles)
  | { readonly type: 'rehearse'; readonly update: Uint8Array }
  | { readonly type: 'digest'; readonly after: readonly number[] }

/** To the thread: the state, in updates of which some may come before the task. */
export type ToContentWorker =
  | { readonly type: 'state'; readonly job: number; readonly updates: readonly Uint8Array[] }
  | { readonly type: 'task'; readonly job: number; readonly task: ContentTask }

/** Why a task cannot be done. `unreadable`: the state itself is none. */
export type ContentFailureKind =
  | 'ambiguous-field'
  | 'wrong-type'
  | 'malformed'
  | 'missing-dependencies'
  | 'too-deep'
  | 'unreadable'
  | 'failed'

/** From the thread. */
export type FromContentWorker =
  | { readonly type: 'done'; readonly job: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: 'failed'; readonly job: number; readonly kind: ContentFailureKind; readonly text: string }

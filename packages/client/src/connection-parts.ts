import type { RefusalKind } from '@weft/protocol'
import type { Awareness } from 'y-protocols/awareness'
import type * as Y from 'yjs'
import type { Clock } from './clock.ts'
import type { SavedCounter } from './saved-counter.ts'

/** Where a connection stands. */
export type Phase =
  | { readonly status: 'connecting' | 'syncing' | 'live' }
  | { readonly status: 'offline'; readonly retryAt: number | undefined }
  | { readonly status: 'refused'; readonly kind: RefusalKind; readonly reason: string }

/** What a connection is made with. */
export interface ConnectionParts {
  /** `ws(s)://…/sync` */
  readonly url: string
  readonly id: string
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly counter: SavedCounter
  readonly token: string | (() => string | Promise<string>) | undefined
  readonly WebSocket: typeof WebSocket
  readonly clock: Clock
  readonly random: () => number
  /** Where the platform's `online` event is heard, if it has one. */
  readonly network: Pick<EventTarget, 'addEventListener' | 'removeEventListener'> | undefined
  readonly maxMessageBytes?: number | undefined
  /** The life of the document that is known here. */
  readonly epoch: () => string | undefined
  readonly events: ConnectionEvents
}

/** What a connection tells the document. */
export interface ConnectionEvents {
  phase(phase: Phase): void
  synced(): void
  /** The counter has heard what is saved. */
  saved(): void
  /** The first epoch that is heard of. */
  epoch(epoch: string): void
  /** The document has a successor. */
  replaced(): void
}

import type { RefusalKind } from '@weft/protocol'

/** A failure of the store that has a name. `kind` is the word that logs, close reasons and problems use for it. */
export abstract class StoreError extends Error {
  abstract readonly kind: RefusalKind
}

/** The document never existed. */
export class DocumentNotFoundError extends StoreError {
  override readonly name = 'DocumentNotFoundError'
  readonly kind = 'not-found'
  readonly document: string

  constructor(document: string) {
    super(`document ${document} does not exist`)
    this.document = document
  }
}

/** The document was deleted (L5). */
export class DocumentDeletedError extends StoreError {
  override readonly name: string = 'DocumentDeletedError'
  readonly kind: 'deleted' | 'trashed' = 'deleted'
  readonly document: string

  constructor(document: string) {
    super(`document ${document} was deleted`)
    this.document = document
  }
}

/** The document is in the trash: for all but restoring and erasing it, it was deleted. */
export class DocumentTrashedError extends DocumentDeletedError {
  override readonly name = 'DocumentTrashedError'
  override readonly kind = 'trashed'

  constructor(document: string) {
    super(document)
    this.message = `document ${document} is in the trash`
  }
}

/** The document has another epoch than the caller knows: it was deleted and made anew, or its log was lost. */
export class EpochMismatchError extends StoreError {
  override readonly name = 'EpochMismatchError'
  readonly kind = 'replaced'
  readonly document: string
  readonly expected: string
  readonly found: string

  constructor(document: string, expected: string, found: string) {
    super(`document ${document} is of epoch ${found}, not ${expected}: it was made anew`)
    this.document = document
    this.expected = expected
    this.found = found
  }
}

/** A conditional append found another tip than the caller had read: someone appended meanwhile. Read again. */
export class TipMovedError extends StoreError {
  override readonly name = 'TipMovedError'
  readonly kind = 'store-unavailable'
  readonly document: string
  readonly expected: string
  readonly found: string

  constructor(document: string, expected: string, found: string) {
    super(`the log of document ${document} ends in ${found || 'nothing'}, no longer in ${expected || 'nothing'}`)
    this.document = document
    this.expected = expected
    this.found = found
  }
}

/** What the store holds cannot be read (L8). `position` is the entry's, or undefined for the checkpoint. */
export class CorruptRecordError extends StoreError {
  override readonly name = 'CorruptRecordError'
  readonly kind = 'corrupt'
  readonly document: string
  readonly position: number | undefined
  /** What is wrong, without where. */
  readonly detail: string

  constructor(document: string, position: number | undefined, detail: string, options?: ErrorOptions) {
    super(`document ${document}, ${position === undefined ? 'checkpoint' : `entry ${position}`}: ${detail}`, options)
    this.document = document
    this.position = position
    this.detail = detail
  }
}

/** The store did not take or give something: a full disk, a lost connection. Trying again later may help. */
export class StoreUnavailableError extends StoreError {
  override readonly name = 'StoreUnavailableError'
  readonly kind = 'store-unavailable'
}

/** The store cannot be opened as it was asked for. The text says what to do; trying again does not help. */
export class StoreConfigurationError extends Error {
  override readonly name = 'StoreConfigurationError'
}

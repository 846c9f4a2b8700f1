import type { ContentFailureKind } from './content-messages.ts'

/** A task that could not be done. */
export class ContentError extends Error {
  override readonly name = 'ContentError'
  /** `overloaded`: too many wait. `too-long`: it was given up. */
  readonly kind: ContentFailureKind | 'overloaded' | 'too-long'

  constructor(kind: ContentError['kind'], text: string) {
    super(text)
    this.kind = kind
  }
}

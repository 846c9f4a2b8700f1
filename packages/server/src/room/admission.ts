import type { RefusalKind } from '@weft/protocol'
import type { Appender } from './appender.ts'
import type { ByteCount } from './byte-count.ts'
import type { Intake } from './intake.ts'
import type { RoomLimits } from './limits.ts'
import type { Member } from './member.ts'
import type { Replica } from './replica.ts'

/** What is to become of an update: taken in, refused while its sender keeps its seat, or the end of its sender's connection. */
export type Verdict =
  | { readonly outcome: 'take' }
  | { readonly outcome: 'refuse' | 'eject'; readonly kind: RefusalKind; readonly text: string }

/** What an admission looks at. */
export interface AdmissionParts {
  readonly replica: Replica
  readonly appender: Appender
  readonly intake: Intake
  readonly limits: RoomLimits
  /** What is not durable yet of all documents of the node. */
  readonly unsaved: ByteCount
  /** Applies what waits for the flush, so that the replica's size is known. */
  readonly flush: () => void
}

const take: Verdict = { outcome: 'take' }

/** Whether an update frame may be taken in: by who sent it, by what the store has not taken yet, and by what the document may hold. */
export class Admission {
  readonly #parts: AdmissionParts

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  judge(member: Member, update: Uint8Array): Verdict {
    if (!member.canWrite) return this.#judgeReader(update)
    if (this.#storeIsFull(update)) {
      const text = 'The store does not answer; this change is kept on your device for now.'
      return { outcome: 'refuse', kind: 'store-unavailable', text }
    }
    return this.#judgeSize(update)
  }

  /** A store that is away does not stop anybody, up to a bound for the document and one for the node. */
  #storeIsFull({ byteLength }: Uint8Array): boolean {
    const { appender, intake, limits, unsaved } = this.#parts
    if (!appender.failing) return false
    const ofDocument = appender.unsavedBytes + intake.bytes + byteLength
    return ofDocument > limits.unsavedBytesPerDocument || unsaved.bytes + byteLength > limits.unsavedBytesPerNode
  }

  #judgeReader(update: Uint8Array): Verdict {
    const nothing = this.#changesNothing(update)
    if (nothing === undefined) return unreadable
    if (nothing) return take
    return { outcome: 'refuse', kind: 'read-only', text: 'You may read this document but not change it.' }
  }

  /** The sizes that are added up count repetitions: near the bound it is looked at closely. */
  #judgeSize(update: Uint8Array): Verdict {
    const { intake, replica, limits, flush } = this.#parts
    const { documentBytes } = limits
    const { byteLength } = update
    if (byteLength + intake.bytes + replica.roughBytes <= documentBytes) return take
    flush()
    if (byteLength + replica.roughBytes <= documentBytes) return take
    if (byteLength + replica.exactBytes() <= documentBytes) return take
    const nothing = this.#changesNothing(update)
    if (nothing === undefined) return unreadable
    if (nothing) return take
    const text = `the document would be larger than ${documentBytes} bytes`
    return { outcome: 'eject', kind: 'document-too-large', text }
  }

  /** Undefined where it is no update. */
  #changesNothing(update: Uint8Array): boolean | undefined {
    try {
      return this.#parts.replica.contains(update)
    } catch {
      return undefined
    }
  }
}

const unreadable: Verdict = {
  outcome: 'eject',
  kind: 'malformed',
  text: 'an update cannot be read as Yjs wrote it',
}

import {
  type AppendReceipt,
  DocumentDeletedError,
  type DocumentLog,
  type Place,
  type StoreError,
} from '@weft/persistence'
import type { RefusalKind } from '@weft/protocol'
import type { Admission } from './admission.ts'
import type { Appender } from './appender.ts'
import type { Intake } from './intake.ts'
import type { RoomLimits } from './limits.ts'
import { Member, type Seat } from './member.ts'
import type { Traffic } from './traffic.ts'
import type { Wire } from './wire.ts'

/** Something that is written by no member was not taken. Nothing of it was. */
export class WriteRefusedError extends Error {
  override readonly name = 'WriteRefusedError'
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, text: string) {
    super(text)
    this.kind = kind
  }
}

/** Who writes without taking a seat: nobody hears what its wire is told but whether it was refused. */
class OutsideWriter implements Wire {
  readonly seat: Seat
  readonly buffered = 0
  #refused: RefusalKind | undefined

  constructor(actor: string) {
    // It is in no list of members, so nobody tells it by its id.
    this.seat = { id: '', wire: this, actor, role: 'write', speaksWeft: false }
  }

  /** @throws WriteRefusedError where its update could not be taken */
  check(): void {
    if (this.#refused !== undefined) {
      throw new WriteRefusedError(this.#refused, `the update cannot be taken into the document: ${this.#refused}`)
    }
  }

  send(): void {}

  sendPart(): void {}

  close(kind: RefusalKind): void {
    this.#refused = kind
  }

  pause(): void {}

  resume(): void {}
}

interface Waiting {
  readonly append: number
  readonly resolve: (place: Place) => void
  readonly reject: (reason: StoreError) => void
}

/** What outside writes are made with. */
export interface OutsideWritesParts {
  readonly document: string
  readonly log: DocumentLog
  readonly limits: RoomLimits
  readonly traffic: Traffic
  readonly appender: Appender
  readonly intake: Intake
  readonly admission: Admission
  readonly flush: () => void
}

/** What is written into a room by nobody who has a seat there, and who waits until it is durable. */
export class OutsideWrites {
  readonly #parts: OutsideWritesParts
  #waiting: Waiting[] = []

  constructor(parts: OutsideWritesParts) {
    this.#parts = parts
  }

  /**
   * Writes an update as a whole: its caller has seen that it can be applied. Everyone sees it at once.
   *
   * @returns where it stands, once it is durable
   * @throws WriteRefusedError, StoreError
   */
  async write(update: Uint8Array, actor: string): Promise<Place> {
    const { document, log, limits, traffic, appender, intake, admission, flush } = this.#parts
    const writer = new OutsideWriter(actor)
    const member = new Member(writer.seat, limits, 0, traffic)
    const verdict = admission.judge(member, update)
    if (verdict.outcome !== 'take') throw new WriteRefusedError(verdict.kind, verdict.text)
    traffic.took()
    intake.add(member, update, true)
    flush()
    writer.check()
    if (appender.durable < appender.current) return await this.#until(appender.current)
    // It changed nothing: all of it is in the log already.
    const [head] = await log.heads([document])
    if (head === undefined) throw new DocumentDeletedError(document)
    return head
  }

  /** Appends up to this one are durable; the last one stands where its receipt says. */
  durable(append: number, { epoch, last, tip }: AppendReceipt): void {
    if (this.#waiting.length === 0) return
    const place = { epoch, position: last, tip }
    const due = this.#waiting.filter((waiting) => waiting.append <= append)
    this.#waiting = this.#waiting.filter((waiting) => waiting.append > append)
    for (const { resolve } of due) resolve(place)
  }

  /** Nothing more will become durable here. */
  end(reason: StoreError): void {
    for (const { reject } of this.#waiting) reject(reason)
    this.#waiting = []
  }

  async #until(append: number): Promise<Place> {
    return await new Promise<Place>((resolve, reject) => this.#waiting.push({ append, resolve, reject }))
  }
}

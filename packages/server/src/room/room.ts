import { type AppendReceipt, CorruptRecordError, type StoreError, StoreUnavailableError } from '@weft/persistence'
import {
  type AwarenessEntry,
  encodeAwarenessFrame,
  encodeEpoch,
  encodeSyncStep1,
  type Person,
  type RefusalKind,
  sameLife,
} from '@weft/protocol'
import { Acknowledgements } from './acknowledgements.ts'
import { Admission } from './admission.ts'
import { Appender } from './appender.ts'
import { Backpressure } from './backpressure.ts'
import { CompactionTrigger } from './compaction-trigger.ts'
import { FlushPace, windowOf } from './flush-pace.ts'
import { FlushSchedule } from './flush-schedule.ts'
import { Delivery } from './delivery.ts'
import type { EarlyState } from './early-state.ts'
import { frameOf } from './frame.ts'
import { Intake, type Turn } from './intake.ts'
import type { RoomLimits } from './limits.ts'
import { factsOf, type MemberFacts, memberOf } from './member-facts.ts'
import { Member, type Seat } from './member.ts'
import { mergeUpdates } from './merge-updates.ts'
import { OutsideWrites } from './outside-write.ts'
import type { Host, OtherNodes } from './nodes/other-nodes.ts'
import { othersOf } from './others-of.ts'
import type { Pressure } from './pressure.ts'
import type { Replica } from './replica.ts'
import type { ReplicaCapture } from './replica-capture.ts'
import { RoomPresence } from './room-presence.ts'
import type { RoomEvents, RoomMessage, RoomParts } from './room-parts.ts'
import { StateFrames } from './state-frames.ts'
import type { Surroundings } from './surroundings.ts'
import type { Traffic } from './traffic.ts'

const unreadable = 'Yjs cannot read what another node appended'

/**
 * A replica and the members that have it open on this node: the single writer of that replica. Everything that comes in
 * changes what is pending; `flush` is the one place that sends it on.
 */
export class Room {
  readonly document: string
  /** The other nodes, where several share the log. */
  readonly others: OtherNodes | undefined
  /** What is written by nobody who has a seat here. */
  readonly writes: OutsideWrites
  readonly #replica: Replica
  readonly #limits: RoomLimits
  readonly #surroundings: Surroundings
  readonly #pressure: Pressure
  readonly #events: RoomEvents
  readonly #appender: Appender
  readonly #intake: Intake
  readonly #admission: Admission
  readonly #backpressure: Backpressure
  readonly #compaction: CompactionTrigger
  readonly #delivery: Delivery
  readonly #presence: RoomPresence
  readonly #stateFrames: StateFrames
  readonly #traffic: Traffic
  readonly #acknowledgements: Acknowledgements
  readonly #pace = new FlushPace()
  readonly #schedule: FlushSchedule
  #epoch: string
  #emptySince: number
  #refusedForStore = false

  constructor(parts: RoomParts) {
    const { document, loaded, replica, log, compact, limits, surroundings, pressure, unsaved, traffic, events } = parts
    this.document = document
    this.#replica = replica
    this.#limits = limits
    this.#surroundings = surroundings
    this.#pressure = pressure
    this.#events = events
    this.#traffic = traffic
    this.#acknowledgements = new Acknowledgements(surroundings, traffic)
    this.#epoch = loaded.head.epoch
    this.#compaction = new CompactionTrigger(loaded, compact)
    this.#delivery = new Delivery(replica, traffic, surroundings)
    this.#presence = new RoomPresence(this.#delivery, pressure)
    this.#stateFrames = new StateFrames(replica, limits.statePartBytes)
    this.#intake = new Intake(replica, limits, (member, kind, text) => this.#eject(member, kind, text))
    this.#appender = new Appender({
      log,
      document,
      head: loaded.head,
      surroundings,
      unsaved,
      events: {
        durable: (bytes, receipt) => this.#durable(bytes, receipt),
        refused: (error) => this.end(error),
        outdated: () => this.others?.outdated() ?? false,
        failing: (error) => {
          this.#backpressure.eased()
          events.storeFailing(error)
        },
        recovered: () => this.#recovered(),
      },
    })
    const shared = { limits, appender: this.#appender, intake: this.#intake, flush: () => this.flush() }
    this.#admission = new Admission({ ...shared, replica, unsaved })
    this.#backpressure = new Backpressure({ ...shared, members: this.#delivery.members, alone: parts.alone })
    this.writes = new OutsideWrites({ ...shared, document, log, traffic, admission: this.#admission })
    this.others = othersOf(parts, () => this.#host())
    this.#schedule = new FlushSchedule(surroundings, () => this.#flush(parts.alone() ? undefined : limits))
    this.#emptySince = surroundings.now()
  }

  get size(): number {
    return this.#delivery.members.size
  }

  /** Who is shown to be here by those that are connected to this node. */
  people(): Person[] {
    return this.#presence.people()
  }

  /** Who is seated here, as it can be told to others. */
  members(): MemberFacts[] {
    return factsOf(this.#delivery.members, this.#presence)
  }

  /** Sends a member away, which may come back. @returns whether it was here */
  remove(id: string): boolean {
    const member = memberOf(this.#delivery.members, id)
    if (member !== undefined) this.#eject(member, 'removed', 'An administrator has removed you from this document.')
    return member !== undefined
  }

  /** All that the document holds, as updates. */
  state(): readonly Uint8Array[] {
    this.flush()
    return this.#replica.state()
  }

  /** What is here at the moment, and which of it the log has. */
  capture(): ReplicaCapture {
    const place = this.others?.place ?? this.#appender.last
    const { unsavedBytes } = this.#appender
    return { state: this.state(), stateVector: this.#replica.stateVector, place, unsavedBytes }
  }

  /** Seats a client. It hears at once what the room wants to know of it and who is here. */
  join(seat: Seat): Member {
    const member = new Member(seat, this.#limits, this.#surroundings.now(), this.#traffic)
    this.#delivery.add(member)
    this.#events.joined(member)
    member.sendExtension(encodeEpoch(this.#epoch))
    // Asked of everyone, readers too: offline edits arrive as its answer.
    this.#ask(member)
    this.#sendEveryone(member)
    return member
  }

  /** A client's connection is gone. */
  leave(member: Member): void {
    if (!this.#delivery.remove(member)) return
    this.#events.left(member)
    if (!this.#intake.empty) this.flush()
    this.#intake.forget(member)
    this.#acknowledgements.forget(member)
    this.#presence.leave(member)
    if (this.#delivery.members.size === 0) this.#emptySince = this.#surroundings.now()
    this.#scheduleFlush()
  }

  /** A client that asked for everything was sent the state as it was loaded: it is due the rest. */
  complete(member: Member, early: EarlyState): void {
    const { base, epoch } = early
    if (!sameLife(epoch, this.#epoch) || base === undefined) {
      this.#eject(member, 'replaced', 'the document was made anew')
      return
    }
    this.flush()
    this.#delivery.stream(member, early.rest(base, this.#replica))
  }

  /** A client says something. */
  receive(member: Member, message: RoomMessage): void {
    if (member.ejected) return
    switch (message.type) {
      case 'sync-step-1':
        return this.#answerStep1(member, message.stateVector)
      case 'sync-step-2':
        member.opening = false
        return this.#receiveUpdate(member, message.update, true)
      case 'update':
        return this.#receiveUpdate(member, message.update, false)
      case 'awareness':
        return this.#receivePresence(member, message.entries)
      case 'query-awareness':
        return this.#sendEveryone(member)
      case 'epoch':
        if (message.epoch !== '' && !sameLife(message.epoch, this.#epoch))
          this.#eject(member, 'replaced', 'the document was made anew')
        return
    }
  }

  /** A member's socket has room again. */
  drained(member: Member): void {
    if (this.#delivery.drained(member)) this.#catchUp(member)
  }

  /** Whether nobody has been here for the grace period and nothing is left to do (R8). */
  get idle(): boolean {
    return (
      this.#delivery.members.size === 0 &&
      this.settled &&
      this.#surroundings.now() - this.#emptySince >= this.#limits.emptyRoomGrace &&
      // Should the log have lost something, what is here may be the only copy.
      (this.others === undefined || this.others.confirmed >= this.#emptySince)
    )
  }

  /** Whether everything that was taken in is durable. */
  get settled(): boolean {
    return this.#intake.empty && this.#appender.unsavedBytes === 0
  }

  /**
   * Sends on everything that has gathered: to the members at once, to the log, and to whom it is due the news that something
   * is durable. Broadcasting does not wait for the log; a CRDT heals, and only `saved` makes a promise.
   */
  flush(): void {
    this.#flush()
  }

  /** @param turn how much at most; what is left is next when others have had their turn */
  #flush(turn?: Turn): void {
    this.#schedule.clear()
    const now = this.#surroundings.now()
    this.#delivery.beforeChange()
    const { waiting } = this.#intake
    const { change, author, entries, incomplete, logUnreadable, letGo } = this.#intake.take(turn)
    if (logUnreadable) this.#events.logUnreadable(new CorruptRecordError(this.document, undefined, unreadable))
    if (letGo) this.#events.waitingLetGo()
    this.#pace.flushed(now, change !== undefined)
    if (change !== undefined) this.#traffic.flushed(waiting - this.#intake.waiting)
    const along = change === undefined ? undefined : this.#presence.along(now)
    if (change !== undefined) this.#delivery.change(change, author, along?.frames)
    for (const member of incomplete) this.#ask(member)
    for (const { actor, update, waits } of entries) this.#appender.add(actor, update, waits)
    // Who it is that waits for what is left does not matter: all of them hear a little later.
    if (this.#intake.empty) this.#acknowledgements.flushed(this.#appender.current)
    this.#appender.start()
    this.#acknowledgements.durable(this.#appender.durable)
    const presence = along ?? this.#presence.send(now, this.#window)
    if (presence !== undefined || this.others?.asked === true) this.others?.publish(presence?.here ?? [])
    if (this.#intake.empty) this.#backpressure.flushed()
    else this.#pace.edited(now, this.#window)
    this.#scheduleFlush()
  }

  /** Compacts the log for whoever loads it next. */
  async checkpoint(): Promise<void> {
    await this.#compaction.unloading()
  }

  /** Lets go of everything. */
  destroy(): void {
    this.others?.end()
    this.#schedule.end()
    this.#appender.stop()
    this.writes.end(new StoreUnavailableError('the document was closed before it was saved'))
    this.#replica.destroy()
  }

  #receiveUpdate(member: Member, update: Uint8Array, answersStep1: boolean): void {
    const frame = member.ledger.receive()
    const verdict = this.#admission.judge(member, update)
    if (verdict.outcome === 'eject') this.#eject(member, verdict.kind, verdict.text)
    if (verdict.outcome === 'refuse') this.#refuse(member, verdict.kind, verdict.text, frame)
    if (verdict.outcome !== 'take') return
    this.#traffic.took()
    this.#acknowledgements.hear(member)
    if (member.canWrite) this.#intake.add(member, update, answersStep1)
    this.#backpressure.took(member)
    this.#pace.edited(this.#surroundings.now(), this.#window)
    this.#scheduleFlush()
  }

  #receivePresence(member: Member, entries: readonly AwarenessEntry[]): void {
    const answers = this.#presence.receive(member, entries, member.opening)
    if (answers.length > 0) member.outbox.send(frameOf(encodeAwarenessFrame(answers)))
    this.#scheduleFlush()
  }

  #answerStep1(member: Member, stateVector: Uint8Array): void {
    this.flush()
    try {
      this.#delivery.stream(member, this.#stateFrames.since(stateVector, this.#delivery.slowly))
    } catch {
      this.#eject(member, 'malformed', 'a state vector cannot be read as Yjs wrote it')
    }
  }

  #catchUp(member: Member): void {
    this.flush()
    const question = frameOf(encodeSyncStep1(this.#replica.stateVector))
    this.#delivery.catchUp(member, [question, ...this.#presence.frames(), ...member.standing()])
  }

  #ask(member: Member): void {
    member.outbox.send(frameOf(encodeSyncStep1(this.#replica.stateVector)))
  }

  #sendEveryone(member: Member): void {
    for (const frame of this.#presence.frames()) member.outbox.send(frame)
  }

  /** How long edits wait for each other, in milliseconds. */
  get #window(): number {
    return windowOf(this.size, this.#pressure.flushWidening)
  }

  #scheduleFlush(): void {
    const now = this.#surroundings.now()
    const asked = this.others?.asked === true
    if (this.#intake.waiting >= this.#limits.updatesPerTurn || this.#intake.bytes >= this.#limits.bytesPerTurn) {
      // A whole turn's work does not wait for company.
      this.#schedule.flushIn(0)
      return
    }
    const untilFlush = this.#pace.wait(now, this.#window)
    const urgent = !this.#intake.empty || this.#acknowledgements.heard || asked
    const wait = urgent ? untilFlush : Math.max(untilFlush, this.#presence.until(now, this.#window))
    if (wait < Infinity) this.#schedule.flushIn(wait)
  }

  #durable(bytes: number, receipt: AppendReceipt): void {
    this.writes.durable(this.#appender.durable, receipt)
    this.#acknowledgements.durable(this.#appender.durable)
    this.#compaction.appended(bytes)
    this.#backpressure.eased()
    this.others?.appended(receipt)
  }

  #recovered(): void {
    this.#events.storeRecovered()
    if (!this.#refusedForStore) return
    this.#refusedForStore = false
    // Their answers bring what was refused meanwhile.
    this.#delivery.toAll(frameOf(encodeSyncStep1(this.#replica.stateVector)))
  }

  #refuse(member: Member, kind: RefusalKind, text: string, frame: number): void {
    if (kind === 'store-unavailable') this.#refusedForStore = true
    // Once for each member: a reader that types is refused at every keystroke.
    if (!member.refused) this.#events.refused(kind, member.actor, text)
    member.refuse(kind, text, frame)
  }

  #eject(member: Member, kind: RefusalKind, text: string): void {
    member.ejected = true
    member.close(kind, text)
    this.#events.refused(kind, member.actor, text)
  }

  #host(): Host {
    return {
      presence: this.#presence.presence,
      take: (updates) => this.#takeLogged(updates),
      state: () => mergeUpdates(this.state()),
      continued: (epoch) => {
        this.#epoch = epoch
        this.#appender.continueIn(epoch)
      },
      ended: (error) => this.end(error),
      deny: (owner, entry) => {
        if (owner instanceof Member) owner.outbox.send(frameOf(encodeAwarenessFrame([entry])))
      },
      wake: () => this.#scheduleFlush(),
    }
  }

  #takeLogged(updates: readonly Uint8Array[]): void {
    this.#intake.addLogged(updates)
    this.#compaction.grew(updates.reduce((bytes, { byteLength }) => bytes + byteLength, 0))
    this.#pace.edited(this.#surroundings.now(), this.#window)
    this.#scheduleFlush()
  }

  /** The document is gone: everyone is told, and nothing more is taken. */
  end(error: StoreError): void {
    this.writes.end(error)
    for (const member of this.#delivery.members) member.close(error.kind)
    this.#events.ended(error)
  }
}

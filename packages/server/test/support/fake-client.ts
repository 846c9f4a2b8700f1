import {
  carriesUpdate,
  decodeClientFrame,
  decodeServerExtension,
  type Role,
  type ServerExtension,
} from '@weft/protocol'
import { createDecoder, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, length, toUint8Array, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import type { Member } from '../../src/room/member.ts'
import type { Room } from '../../src/room/room.ts'
import { FakeWire } from './fake-wire.ts'

/** How a client takes its seat. */
export interface ClientOptions {
  /** What its member is told by. */
  readonly id?: string
  readonly role?: Role
  readonly actor?: string
  readonly doc?: Y.Doc
  /** Whether it shows presence of its own. */
  readonly shows?: boolean
}

/**
 * A client as stock y-websocket behaves, on a wire that the test moves by hand: `send` hands the room the next frame that
 * the client has written, `hear` lets the client read what the room has sent.
 */
export class FakeClient {
  readonly doc: Y.Doc
  readonly awareness: Awareness
  readonly wire: FakeWire = new FakeWire()
  readonly member: Member
  readonly extensions: ServerExtension[] = []
  synced = false
  /** Frames that carried an update and were handed to the room. */
  sentUpdates = 0
  readonly #room: Room
  #outgoing: Uint8Array[] = []
  #open = true

  constructor(
    room: Room,
    { id = 'm', role = 'write', actor = 'someone', doc = new Y.Doc(), shows = true }: ClientOptions = {},
  ) {
    this.doc = doc
    this.awareness = new Awareness(doc)
    // The state that a client begins with has clock 0, which no other client takes for news.
    this.awareness.setLocalState(shows ? { here: true } : null)
    this.#room = room
    this.member = room.join({ id, wire: this.wire, actor, role, speaksWeft: true })
    this.#write(0, (encoder) => writeSyncStep1(encoder, doc))
    if (shows) this.#writeAwareness([doc.clientID])
    doc.on('update', this.#update)
    this.awareness.on('update', this.#awarenessUpdate)
  }

  get text(): Y.Text {
    return this.doc.getText('t')
  }

  /** The last count of durable frames that it was told. */
  get saved(): number {
    return this.extensions.findLast((extension) => extension.type === 'saved')?.frames ?? 0
  }

  /** How many frames it has written that the room has not been handed. */
  get waiting(): number {
    return this.#outgoing.length
  }

  /** Hands the room up to so many of its frames. */
  send(most: number = Infinity): void {
    for (const frame of this.#outgoing.splice(0, most)) this.sendFrame(frame)
  }

  /** The frames that it has written and that the room has not been handed. */
  peek(): readonly Uint8Array[] {
    return this.#outgoing
  }

  /** Loses the next frame that it has written. */
  dropNext(): Uint8Array | undefined {
    return this.#outgoing.shift()
  }

  /** Hands the room any frame. */
  sendFrame(frame: Uint8Array): void {
    if (!this.#open || this.wire.closed !== undefined) return
    if (carriesUpdate(frame)) this.sentUpdates++
    const message = decodeClientFrame(frame)
    if (message.type !== 'token') this.#room.receive(this.member, message)
  }

  /** Reads up to so many frames from the room. */
  hear(most: number = Infinity): void {
    for (const frame of this.wire.take(most)) this.#hear(frame)
    this.#room.drained(this.member)
  }

  /** The connection is gone, with what was on its way in either direction. */
  drop(): void {
    if (!this.#open) return
    this.#open = false
    this.doc.off('update', this.#update)
    this.awareness.off('update', this.#awarenessUpdate)
    this.awareness.destroy()
    this.#outgoing = []
    this.#room.leave(this.member)
  }

  readonly #update = (update: Uint8Array, origin: unknown): void => {
    if (origin !== this) this.#write(0, (encoder) => writeUpdate(encoder, update))
  }

  readonly #awarenessUpdate = ({
    added,
    updated,
    removed,
  }: Record<'added' | 'updated' | 'removed', number[]>): void => {
    this.#writeAwareness([...added, ...updated, ...removed])
  }

  #hear(frame: Uint8Array): void {
    const extension = decodeServerExtension(frame)
    if (extension !== undefined) {
      this.extensions.push(extension)
      return
    }
    const decoder = createDecoder(frame)
    const type = readVarUint(decoder)
    if (type === 1) applyAwarenessUpdate(this.awareness, readVarUint8Array(decoder), this)
    if (type !== 0) return
    const answer = createEncoder()
    writeVarUint(answer, 0)
    if (readSyncMessage(decoder, answer, this.doc, this) === 1) this.synced = true
    if (length(answer) > 1) this.#outgoing.push(toUint8Array(answer))
  }

  #write(type: number, write: (encoder: ReturnType<typeof createEncoder>) => void): void {
    const encoder = createEncoder()
    writeVarUint(encoder, type)
    write(encoder)
    this.#outgoing.push(toUint8Array(encoder))
  }

  #writeAwareness(clients: number[]): void {
    this.#write(1, (encoder) => writeVarUint8Array(encoder, encodeAwarenessUpdate(this.awareness, clients)))
  }
}

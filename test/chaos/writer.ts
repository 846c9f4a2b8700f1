import {
  carriesUpdate,
  decodeClientFrame,
  decodeServerExtension,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeUpdate,
  isFinalCloseCode,
  messageType,
  type ServerExtension,
  weftSubprotocol,
} from '@weft/protocol'
import { bool, int31, letter, type PRNG, real53 } from 'lib0/prng'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { Waiting } from '../../bench/support/waiting.ts'
import { EditRecord } from './edit-record.ts'

/** The shared type that writers write into. */
export const chaosField = 'edits'

/** Origin of what comes from a server. */
const remote = Symbol('remote')
/** A writer with so many unsaved edits waits. */
const maxUnsaved = 400
/** How long a writer stays away when it has lost its connection, in milliseconds. */
const absence = [50, 400] as const
/** How many elements count as recent: people write near the end. */
const recent = 20
/** A writer that is owed an answer looks for another node after this time, in milliseconds. */
const patience = 3_000

/** What a writer is made with. */
export interface WriterOptions {
  readonly name: string
  readonly document: string
  readonly random: PRNG
  /** WebSocket addresses of the nodes that are up. */
  readonly nodes: () => readonly string[]
  /** Hears of what no client should ever meet. */
  readonly violation: (text: string) => void
}

/** A connection, and what this client counts on it. */
interface Connection {
  readonly socket: WebSocket
  /** By frame with an update: how many edits had been made when it went out. It carries, or follows, all of them. */
  readonly covered: number[]
  /** Whether the server has asked for what we have. Until then edits wait for the answer. */
  asked: boolean
  synced: boolean
  saved: number
  heard: number
}

/**
 * A client below any SDK: it speaks the protocol itself, counts what it was told is saved, comes back to any node that is up,
 * and brings what is unsaved. Half of the times it comes back it was reloaded: its document is empty then, but for its own
 * unsaved updates. A client that kept everything would heal every loss before it is noticed.
 */
export class Writer {
  readonly record: EditRecord
  readonly #options: WriterOptions
  readonly #changed = new Waiting()
  #doc = new Y.Doc()
  #unsaved: { readonly edit: number; readonly update: Uint8Array }[] = []
  #connection: Connection | undefined
  #timer: NodeJS.Timeout | undefined
  #stage: 'writing' | 'finishing' | 'gone' = 'writing'
  #connections = 0
  #comeBackAt = 0

  constructor(options: WriterOptions) {
    this.#options = options
    this.record = new EditRecord(options.name, options.document)
    this.#watch()
    this.#connect()
    this.#tickLater()
  }

  /** How often it connected. */
  get connections(): number {
    return this.#connections
  }

  get doc(): Y.Doc {
    return this.#doc
  }

  /** Makes no more edits, stays, and resolves when it is in sync and everything is saved. @throws Error after half a minute */
  async finish(): Promise<void> {
    this.#stage = 'finishing'
    const { name } = this.#options
    await this.#changed.until(`for ${name} to be in sync with all of its edits saved`, () => this.#settled)
  }

  leave(): void {
    this.#stage = 'gone'
    clearTimeout(this.#timer)
    this.#connection?.socket.terminate()
    this.#doc.destroy()
  }

  get #settled(): boolean {
    const connection = this.#connection
    return connection?.asked === true && connection.synced && connection.saved >= connection.covered.length - 1
  }

  #tickLater(): void {
    if (this.#stage !== 'gone') this.#timer = setTimeout(() => this.#tick(), int31(this.#options.random, 5, 60))
  }

  #tick(): void {
    this.#tickLater()
    const { random } = this.#options
    const connection = this.#connection
    if (connection === undefined) {
      if (performance.now() >= this.#comeBackAt) this.#connect()
    } else if (!this.#settled && performance.now() - connection.heard > patience) connection.socket.terminate()
    else if (this.#stage === 'writing' && real53(random) < 0.01) connection.socket.close()
    if (this.#stage === 'writing' && this.record.made - this.record.saved < maxUnsaved) this.#edit()
  }

  #connect(): void {
    const { nodes, random, document } = this.#options
    const urls = nodes()
    const url = urls[int31(random, 0, Math.max(0, urls.length - 1))]
    if (url === undefined) return
    if (this.#connections++ > 0 && this.#stage === 'writing' && bool(random)) this.#reload()
    const socket = new WebSocket(`${url}/sync/${document}`, [weftSubprotocol], { perMessageDeflate: false })
    const connection: Connection = {
      socket,
      covered: [0],
      asked: false,
      synced: false,
      saved: 0,
      heard: performance.now(),
    }
    this.#connection = connection
    socket.on('open', () => this.#send(connection, encodeSyncStep1(Y.encodeStateVector(this.#doc))))
    socket.on('message', (data) => {
      if (this.#connection === connection && Buffer.isBuffer(data)) this.#receive(connection, data)
    })
    socket.on('error', () => {})
    socket.on('close', (code, reason) => {
      if (isFinalCloseCode(code))
        this.#options.violation(`${this.#options.name} was closed for good: ${code} ${reason.toString()}`)
      if (this.#connection !== connection) return
      this.#connection = undefined
      this.#comeBackAt = performance.now() + int31(random, ...absence)
    })
  }

  /** What a reload leaves of a client: the updates of its own that are not saved. */
  #reload(): void {
    this.#doc.destroy()
    this.#doc = new Y.Doc()
    for (const { update } of this.#unsaved) Y.applyUpdate(this.#doc, update, remote)
    this.#watch()
  }

  #watch(): void {
    this.#doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === remote) return
      this.#unsaved.push({ edit: this.record.made - 1, update })
      const connection = this.#connection
      if (connection?.asked === true) this.#send(connection, encodeUpdate(update))
    })
  }

  #receive(connection: Connection, frame: Uint8Array): void {
    connection.heard = performance.now()
    const extension = decodeServerExtension(frame)
    if (extension !== undefined) this.#receiveExtension(connection, extension)
    else if (frame[0] === messageType.sync) this.#receiveSync(connection, frame)
    this.#changed.notify()
  }

  #receiveSync(connection: Connection, frame: Uint8Array): void {
    const message = decodeClientFrame(frame)
    switch (message.type) {
      case 'sync-step-1':
        connection.asked = true
        return this.#send(connection, encodeSyncStep2(Y.encodeStateAsUpdate(this.#doc, message.stateVector)))
      case 'sync-step-2':
        connection.synced = true
        return Y.applyUpdate(this.#doc, message.update, remote)
      case 'update':
        return Y.applyUpdate(this.#doc, message.update, remote)
      default:
        return
    }
  }

  #receiveExtension(connection: Connection, message: ServerExtension): void {
    if (message.type === 'saved') {
      connection.saved = message.frames
      this.record.told(connection.covered[message.frames] ?? 0)
      this.#unsaved = this.#unsaved.filter(({ edit }) => edit >= this.record.saved)
    } else if (message.type === 'error') {
      // A refused frame is never counted saved, nor what follows it: on a new connection it is.
      if (message.kind === 'store-unavailable') connection.socket.close()
      else this.#options.violation(`${this.#options.name} was told ${message.kind}: ${message.text}`)
    }
  }

  #send(connection: Connection, frame: Uint8Array): void {
    if (connection.socket.readyState !== WebSocket.OPEN) return
    if (carriesUpdate(frame)) connection.covered.push(this.record.made)
    connection.socket.send(frame)
  }

  #edit(): void {
    const { random } = this.#options
    const list = this.#doc.getArray<string>(chaosField)
    const victim = real53(random) < 0.2 ? this.#ownIndex(list) : undefined
    if (victim === undefined) {
      const text = this.record.nextText(letter(random).repeat(real53(random) < 0.02 ? int31(random, 500, 8_000) : 4))
      const at = this.#recentIndex(list)
      this.record.inserted(text)
      list.insert(at, [text])
    } else {
      this.record.deleted(list.get(victim))
      list.delete(victim)
    }
  }

  #recentIndex(list: Y.Array<string>): number {
    return int31(this.#options.random, Math.max(0, list.length - recent), list.length)
  }

  /** Some recent element of ours. */
  #ownIndex(list: Y.Array<string>): number | undefined {
    for (let index = this.#recentIndex(list); index < list.length; index++) {
      if (list.get(index).startsWith(`${this.#options.name}:`)) return index
    }
    return undefined
  }
}

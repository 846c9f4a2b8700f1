/** Writers and observers, and what arrives at the observers. */
import type { Address, RunningSystem, System } from '../system.ts'
import { Histogram } from './histogram.ts'
import { eachMark } from './marks.ts'
import { RawClient } from './raw-client.ts'
import { Typist } from './typist.ts'

/** So many connections are opened at the same time. */
const openingAtOnce = 50

/** A writer: a connection and who types there. */
export interface Writer {
  readonly client: RawClient
  readonly typist: Typist
  /** When each update was sent, by its sequence. */
  readonly sent: number[]
}

/** Everyone who is connected to some documents of a system. */
export class Crowd {
  readonly writers: Writer[] = []
  readonly observers: RawClient[] = []
  readonly latency: Histogram = new Histogram()
  /** Updates that arrived at an observer, each observer's counted. */
  deliveries = 0
  /** The same, since everyone connected. */
  arrived = 0
  readonly #system: System
  readonly #running: RunningSystem
  /** When the updates of each writer were sent, by the writer's number. */
  readonly #sent: number[][] = []

  constructor(system: System, running: RunningSystem) {
    this.#system = system
    this.#running = running
  }

  /** Connects observers to a document. */
  async observe(document: string, count: number, at: Address = this.#running): Promise<void> {
    await severally(count, async () => {
      this.observers.push(await this.#open(document, (message) => this.#hear(message), at))
    })
  }

  /** Connects writers to a document. With `observing` they also count what the others of their document write. */
  async write(document: string, count: number, observing = false): Promise<void> {
    await severally(count, async () => {
      const sent: number[] = []
      const index = this.#sent.push(sent) - 1
      const client = await this.#open(document, (message) => {
        if (observing) this.#hear(message, index)
      })
      this.writers.push({ client, typist: new Typist(index), sent })
    })
  }

  /** Makes a writer send an update. */
  type(writer: Writer): void {
    const update = writer.typist.type()
    writer.sent[writer.typist.sequence - 1] = performance.now()
    writer.client.update(update)
  }

  /** Updates that all writers sent. */
  get sent(): number {
    return this.writers.reduce((sum, { typist }) => sum + typist.sequence, 0)
  }

  /** Bytes and frames that observers heard so far. */
  get heard(): { readonly bytes: number; readonly frames: number } {
    return {
      bytes: this.observers.reduce((sum, { bytes }) => sum + bytes, 0),
      frames: this.observers.reduce((sum, { frames }) => sum + frames, 0),
    }
  }

  /** How many connections the server has ended. */
  get lost(): number {
    return [...this.observers, ...this.writers.map(({ client }) => client)].filter((client) => client.lost).length
  }

  /** Forgets what was counted, as after warming up. */
  reset(): void {
    this.latency.clear()
    this.deliveries = 0
  }

  close(): void {
    for (const client of this.observers) client.close()
    for (const { client } of this.writers) client.close()
  }

  #open(document: string, onMessage: (message: Buffer) => void, at: Address = this.#running): Promise<RawClient> {
    return RawClient.open({ system: at, dialect: this.#system.dialect, document, onMessage })
  }

  /** Some servers send writers back what they wrote: that is no delivery. */
  #hear(message: Buffer, self = -1): void {
    if (message[0] !== 0) return
    const now = performance.now()
    eachMark(message, (writer, sequence) => {
      const sent = this.#sent[writer]?.[sequence]
      if (sent === undefined || writer === self) return
      this.deliveries++
      this.arrived++
      this.latency.add(now - sent)
    })
  }
}

/** Does something so many times, some at once. */
export async function severally(count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await act(next++)
  }
  await Promise.all(Array.from({ length: Math.min(count, openingAtOnce) }, lane))
}

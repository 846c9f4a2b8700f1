/** People in one document who all show a caret, as an editor's binding does, and what each hears of the others. */
import type { RunningSystem, System } from '../system.ts'
import { severally } from './crowd.ts'
import { awarenessMessage } from './dialect.ts'
import { Histogram } from './histogram.ts'
import { eachMark, markOf } from './marks.ts'
import { RawClient } from './raw-client.ts'
import { Typist } from './typist.ts'

/** Marks of carets and of edits are told apart by the writer's number. */
const firstCaret = 1000

/** Yjs client ids are random numbers of 32 bits; these are as long. */
const firstClient = 3_000_000_000

interface Person {
  readonly client: RawClient
  /** When each move and each edit was sent, by its number. */
  readonly moves: number[]
  readonly edits: number[]
  readonly typist: Typist
  /** The last move that was heard of each other person. */
  readonly heard: Int32Array
}

/** The crowd. */
export class CaretCrowd {
  /** Times until others hear a move, and an edit. */
  readonly moves: Histogram = new Histogram()
  readonly edits: Histogram = new Histogram()
  readonly #system: System
  readonly #running: RunningSystem
  readonly #people: Person[] = []

  constructor(system: System, running: RunningSystem) {
    this.#system = system
    this.#running = running
  }

  /** Connects people, each of whom shows a caret at once. */
  async join(document: string, count: number): Promise<void> {
    const open = async (index: number): Promise<void> => {
      const heard = new Int32Array(count).fill(-1)
      const client = await RawClient.open({
        system: this.#running,
        dialect: this.#system.dialect,
        document,
        onMessage: (message) => this.#hear(index, heard, message),
        onJoining: (message) => this.#hear(index, heard, message),
      })
      this.#people[index] = { client, heard, moves: [], edits: [], typist: new Typist(index) }
      this.move(index)
    }
    await severally(count, open)
  }

  /** Somebody's caret moves. */
  move(index: number): void {
    const person = this.#person(index)
    const sequence = person.moves.push(performance.now()) - 1
    const place = { type: { client: firstClient, clock: 0 }, tname: 'text', item: null, assoc: 0 }
    const json = JSON.stringify({
      user: { name: `Person ${index}`, color: '#30bced', colorLight: '#30bced33' },
      cursor: { anchor: place, head: place },
      mark: markOf(firstCaret + index, sequence),
    })
    person.client.message(awarenessMessage([{ client: firstClient + index, clock: sequence + 1, json }]))
  }

  /** Somebody types. */
  type(index: number): void {
    const person = this.#person(index)
    const update = person.typist.type()
    person.edits.push(performance.now())
    person.client.update(update)
  }

  /** How many of the last states have not been heard by somebody. */
  get missing(): number {
    let missing = 0
    for (const [listener, { heard }] of this.#people.entries()) {
      for (const [speaker, { moves }] of this.#people.entries()) {
        if (listener !== speaker && heard[speaker] !== moves.length - 1) missing++
      }
    }
    return missing
  }

  get heard(): { readonly bytes: number; readonly frames: number } {
    return {
      bytes: this.#people.reduce((sum, { client }) => sum + client.bytes, 0),
      frames: this.#people.reduce((sum, { client }) => sum + client.frames, 0),
    }
  }

  /** How many connections the server has ended. */
  get lost(): number {
    return this.#people.filter(({ client }) => client.lost).length
  }

  reset(): void {
    this.moves.clear()
    this.edits.clear()
  }

  close(): void {
    for (const { client } of this.#people) client.close()
  }

  #hear(listener: number, heard: Int32Array, message: Buffer): void {
    const now = performance.now()
    eachMark(message, (writer, sequence) => {
      const speaker = writer >= firstCaret ? writer - firstCaret : writer
      const person = this.#people[speaker]
      if (speaker === listener || person === undefined) return
      const sent = (writer >= firstCaret ? person.moves : person.edits)[sequence]
      if (sent === undefined) return
      if (writer < firstCaret) this.edits.add(now - sent)
      // Older states, and the same one again, are no news.
      else if (sequence > (heard[speaker] ?? -1)) {
        heard[speaker] = sequence
        this.moves.add(now - sent)
      }
    })
  }

  #person(index: number): Person {
    const person = this.#people[index]
    if (person === undefined) throw new RangeError(`nobody has number ${index}`)
    return person
  }
}

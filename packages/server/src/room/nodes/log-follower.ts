import {
  DocumentDeletedError,
  DocumentNotFoundError,
  EpochMismatchError,
  TipMovedError,
  StoreUnavailableError,
  type AppendReceipt,
  type DocumentLog,
  type LoadedDocument,
  type Place,
  type RelayedAppend,
  type StoreError,
} from '@weft/persistence'
import { isLaterLife } from '@weft/protocol'
import { LogPlace, relationOf, samePlace, type Unplaced } from './log-place.ts'
import { missingUpdates } from './missing-updates.ts'
import type { Surroundings } from '../surroundings.ts'
import type { Turns } from './turns.ts'

/** A gap counts once it has lasted for so long, in milliseconds: a node's own reply may overtake another node's message. */
const gapPatience = 50

/** Before the log is read again when the store is away, in milliseconds; doubled each time up to the largest. */
const firstRetry = 100
const largestRetry = 2_000

/** Before a log that cannot be read is tried again, in milliseconds. */
const unreadableRetry = 10_000

/** So many of this node's own appends may have been told of by one way, and not yet by the other. */
const maxOwn = 256

/** Who wrote what a node put back: the log no longer knows who did. */
const repairActor = 'weft:repair'

/** What was put back into a log that had lost something (L6). */
export interface Repair {
  /** `log-lost`: there was none, or a new one; `log-forked`: it had lost its end, or others had appended in its place. */
  readonly kind: 'log-lost' | 'log-forked'
  /** Size of what this node put back; 0 where another one had. */
  readonly bytes: number
}

/** The replica that follows, and the room around it. */
export interface Following {
  /** Takes in what the log holds. */
  take(updates: readonly Uint8Array[]): void
  /** The whole state, with all that was taken in. */
  state(): Uint8Array
  /** The log goes on under another epoch, of the same life. */
  continued(epoch: string): void
  /** Heard of something that lies ahead and did not come. */
  missed(): void
  repaired(repair: Repair): void
  /** The log cannot be read. It is tried again; said once until it succeeds. */
  unreadable(error: unknown): void
  /** The document was deleted, or made anew. */
  ended(error: StoreError): void
}

/** What a follower is made with. */
export interface LogFollowerParts {
  readonly document: string
  /** This node's name: its own appends are in the replica already. */
  readonly node: string
  readonly log: DocumentLog
  /** The log, as it was loaded. */
  readonly loaded: LoadedDocument
  readonly surroundings: Surroundings
  /** Documents of this node whose logs are read at once. */
  readonly turns: Turns
  readonly following: Following
}

/**
 * Keeps a replica up with a log that several nodes write. The relay carries appends; what it drops, and what the log itself
 * has lost, shows in the places, and is mended from the log and into it (L6, R1, X1).
 */
export class LogFollower {
  readonly #parts: Omit<LogFollowerParts, 'loaded'>
  readonly #place: LogPlace
  /** What was loaded at first, until all that was heard meanwhile has been given to `heard`. */
  #loaded: LoadedDocument | undefined
  #life: 'following' | 'doubting' | 'reading' | 'over' = 'following'
  /** A head that was told and is not where the replica is. */
  #expected: Place | undefined
  #cancelTimer: (() => void) | undefined
  /** Tips of this node's latest appends that were told of. */
  readonly #own = new Set<string>()
  #confirmed: number
  #retry = firstRetry
  #unreadable = false

  constructor({ loaded, ...parts }: LogFollowerParts) {
    this.#parts = parts
    this.#place = new LogPlace(loaded.head)
    this.#loaded = loaded
    this.#confirmed = parts.surroundings.now()
  }

  /** All that was heard while the log was loaded has been given to `heard`. */
  start(): void {
    if (this.#loaded !== undefined) this.#place.reached(this.#loaded)
    this.#loaded = undefined
    if (this.#place.gap) this.#doubt()
  }

  /** Where in the log the replica is. */
  get place(): Place {
    return this.#place.current
  }

  /** When the log was last known to end where the replica is, in milliseconds since 1970. */
  get confirmed(): number {
    return this.#confirmed
  }

  /** The relay brought an append. It is taken in whatever its place says: places find gaps, they never justify skipping. */
  heard(append: RelayedAppend): void {
    if (this.#life === 'over') return
    const { node, following } = this.#parts
    if (append.origin === node) {
      this.appended(append)
      return
    }
    following.take(append.entries.map(({ update }) => update))
    this.#place.hear(append)
    if (this.#place.gap) this.#doubt()
  }

  /**
   * The log took an append of this node's. Its answer and the relay both say so, and whichever comes first counts: where the relay
   * is deaf, and the log then loses what it took, nobody else could tell that it was ever there.
   */
  appended(receipt: AppendReceipt): void {
    if (this.#life === 'over' || this.#own.has(receipt.tip)) return
    this.#own.add(receipt.tip)
    const [oldest] = this.#own
    if (this.#own.size > maxOwn && oldest !== undefined) this.#own.delete(oldest)
    this.#place.hear(receipt)
    if (this.#place.gap) this.#doubt()
  }

  /** The log was asked where it ends. Undefined: there is no such document. */
  headIs(head: Place | undefined): void {
    if (head !== undefined && samePlace(head, this.#place.current)) this.#confirmed = this.#parts.surroundings.now()
    else if (head === undefined) this.outdated()
    else {
      this.#expected = head
      this.#doubt()
    }
  }

  /** An append found no such log. */
  outdated(): void {
    if (this.#life === 'following' || this.#life === 'doubting') void this.#read()
  }

  /** Ends it. */
  end(): void {
    this.#life = 'over'
    this.#cancelTimer?.()
  }

  #doubt(): void {
    if (this.#life !== 'following') return
    this.#life = 'doubting'
    const before = this.#place.current
    this.#cancelTimer = this.#parts.surroundings.timer(gapPatience, () => {
      if (this.#caughtUp(before)) this.#life = 'following'
      else {
        this.#parts.following.missed()
        void this.#read()
      }
    })
  }

  /** Whether what was doubted has come. Moving on from the tip is proof enough: what came was appended after it. */
  #caughtUp(before: Place): boolean {
    const { current, gap } = this.#place
    const expected = this.#expected
    this.#expected = undefined
    if (gap) return false
    if (expected === undefined || samePlace(expected, current)) return true
    return current !== before && current.epoch === expected.epoch && current.position >= expected.position
  }

  async #read(): Promise<void> {
    this.#cancelTimer?.()
    this.#life = 'reading'
    this.#expected = undefined
    const unplaced = this.#place.pause()
    for (;;) {
      const again = await this.#parts.turns.take(() => this.#attempt(unplaced))
      if (this.#over()) return
      if (again === undefined) break
      await new Promise<void>((resolve) => (this.#cancelTimer = this.#parts.surroundings.timer(again, resolve)))
    }
    this.#life = 'following'
    this.#confirmed = this.#parts.surroundings.now()
    this.#retry = firstRetry
    this.#unreadable = false
    if (this.#place.gap) this.#doubt()
  }

  /** @returns milliseconds until it must be tried again; undefined where the replica is up with the log, or its end came */
  async #attempt(unplaced: Unplaced): Promise<number | undefined> {
    try {
      const loaded = await this.#load()
      if (!this.#over()) await this.#mend(loaded, unplaced)
      return undefined
    } catch (error) {
      return this.#over() ? undefined : this.#afterFailure(error)
    }
  }

  async #load(): Promise<LoadedDocument> {
    const { document, log, surroundings } = this.#parts
    const { epoch, position } = this.#place.current
    try {
      return await log.read(document, position)
    } catch (error) {
      if (!(error instanceof DocumentNotFoundError)) throw error
    }
    await log.begin(document, epoch, surroundings.now())
    return await log.read(document, position)
  }

  async #mend(loaded: LoadedDocument, unplaced: Unplaced): Promise<void> {
    const { document, log, following } = this.#parts
    const place = this.#place.current
    const relation = relationOf(place, unplaced, loaded)
    if (relation !== 'follows' && isLaterLife(loaded.head.epoch, place.epoch)) {
      this.#end(new EpochMismatchError(document, place.epoch, loaded.head.epoch))
      return
    }
    if (relation === 'follows') {
      following.take(updatesIn(loaded, place.position))
      this.#place.reached(loaded)
      return
    }
    // What was read may begin after what was lost.
    const whole = await log.load(document)
    if (this.#over()) return
    following.take(updatesIn(whole, 0))
    const { head, bytes } = await this.#putBack(whole)
    if (this.#over()) return
    if (head.epoch !== place.epoch) following.continued(head.epoch)
    this.#place.reached({ ...whole, head })
    // What was merely compacted while this node was deaf is no incident, unless something of it turned out to be gone.
    if (relation === 'forked' || bytes > 0) {
      following.repaired({ kind: head.epoch === place.epoch ? 'log-forked' : 'log-lost', bytes })
    }
  }

  /** Appends what the replica has and the log lacks. @throws TipMovedError where somebody else appended meanwhile */
  async #putBack(loaded: LoadedDocument): Promise<{ head: Place; bytes: number }> {
    const { document, log, surroundings, following } = this.#parts
    const pause = (): Promise<void> => new Promise((resolve) => surroundings.soon(resolve))
    const update = await missingUpdates(loaded, following.state(), pause)
    const { epoch, tip: after } = loaded.head
    if (update === undefined || this.#over()) return { head: loaded.head, bytes: 0 }
    const entries = [{ update, actor: repairActor, at: surroundings.now() }]
    const { last, tip } = await log.append(document, { epoch, token: surroundings.randomId(), entries, after })
    return { head: { epoch, position: last, tip }, bytes: update.byteLength }
  }

  #afterFailure(error: unknown): number | undefined {
    if (error instanceof DocumentDeletedError) {
      this.#end(error)
      return undefined
    }
    // Another node mends it too, or appends: what it did is read.
    if (error instanceof TipMovedError || error instanceof EpochMismatchError) return 0
    if (error instanceof DocumentNotFoundError || error instanceof StoreUnavailableError) {
      const retry = this.#retry
      this.#retry = Math.min(retry * 2, largestRetry)
      return retry
    }
    if (!this.#unreadable) this.#parts.following.unreadable(error)
    this.#unreadable = true
    return unreadableRetry
  }

  #end(error: StoreError): void {
    this.end()
    this.#parts.following.ended(error)
  }

  #over(): boolean {
    return this.#life === 'over'
  }
}

function updatesIn({ checkpoint, entries }: LoadedDocument, after: number): Uint8Array[] {
  const later = entries.filter(({ position }) => position > after)
  return [...(checkpoint?.chunks ?? []), ...later.map(({ update }) => update)]
}

import { InvalidCursorError, type CollectionItem, type Collections } from '@weft/persistence'
import { type Act, decodeAct, encodeAct, type RecordedAct } from './act.ts'

/** A page of the trail, newest first. It may be short, and another one follow all the same. */
export interface ActPage {
  readonly acts: readonly RecordedAct[]
  readonly next: string | undefined
}

/** What a page is asked for. */
export interface ActListing {
  /** 1 to 200. */
  readonly limit: number
  /** Where the page before ended, as `next` gave it out. */
  readonly cursor?: string | undefined
  /** Which acts are shown. */
  readonly shown: (act: RecordedAct) => boolean
}

/** What a trail is made with. */
export interface AuditTrailParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly collections: () => Collections
  /** For how long an act is kept, in milliseconds; undefined for ever. */
  readonly retention: number | undefined
  readonly now: () => number
  readonly randomId: () => string
}

const collection = 'audit'
/** Acts that one page looks at where few of them are shown. */
const maxScanned = 2_000
const scannedPerRead = 500
/** How often a node looks for acts whose time is over, in milliseconds. */
const trimInterval = 3_600_000
const removedAtOnce = 500

/** Who administered what, when: the same for all nodes that share a store. */
export class AuditTrail {
  readonly #parts: AuditTrailParts
  #trimmed = Number.NEGATIVE_INFINITY

  constructor(parts: AuditTrailParts) {
    this.#parts = parts
  }

  /** Resolves once it is kept. @throws StoreUnavailableError */
  async record(act: Act): Promise<void> {
    const { collections, now, randomId } = this.#parts
    const at = now()
    await collections().change(collection, { put: [{ key: `${timeKey(at)}.${randomId()}`, text: encodeAct(act, at) }] })
    await this.#trim()
  }

  /** @throws InvalidCursorError, StoreUnavailableError */
  async list({ limit, cursor, shown }: ActListing): Promise<ActPage> {
    await this.#trim()
    const { collections } = this.#parts
    const from = this.#oldest()
    let before = cursor === undefined ? undefined : keyOf(cursor)
    const acts: RecordedAct[] = []
    for (let scanned = 0; scanned < maxScanned; scanned += scannedPerRead) {
      const range = { from, limit: scannedPerRead, backwards: true, ...(before === undefined ? {} : { before }) }
      const items = await collections().list(collection, range)
      for (const item of items) {
        before = item.key
        const act = actIn(item)
        if (act === undefined || !shown(act)) continue
        acts.push(act)
        if (acts.length === limit) return { acts, next: await this.#nextAfter(item.key) }
      }
      if (items.length < scannedPerRead) return { acts, next: undefined }
    }
    return { acts, next: before === undefined ? undefined : cursorOf(before) }
  }

  async #nextAfter(key: string): Promise<string | undefined> {
    const more = await this.#parts
      .collections()
      .list(collection, { from: this.#oldest(), before: key, limit: 1, backwards: true })
    return more.length === 0 ? undefined : cursorOf(key)
  }

  async #trim(): Promise<void> {
    const { collections, retention, now } = this.#parts
    if (retention === undefined || now() < this.#trimmed + trimInterval) return
    this.#trimmed = now()
    for (;;) {
      const over = await collections().list(collection, { before: this.#oldest(), limit: removedAtOnce })
      if (over.length === 0) return
      await collections().change(collection, { remove: over.map(({ key }) => key) })
    }
  }

  /** The first key that is kept. */
  #oldest(): string {
    const { retention, now } = this.#parts
    return timeKey(retention === undefined ? 0 : Math.max(0, now() - retention))
  }
}

/** Keys are in the order of time, and of chance within a millisecond. */
function timeKey(at: number): string {
  return String(Math.floor(at)).padStart(15, '0')
}

function actIn({ key, text }: CollectionItem): RecordedAct | undefined {
  const act = decodeAct(text)
  return act === undefined ? undefined : { id: key, ...act }
}

function cursorOf(key: string): string {
  return Buffer.from(key).toString('base64url')
}

function keyOf(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString()
  if (!/^\d{15}\.[!-~]{1,64}$/.test(key)) throw new InvalidCursorError('the cursor was not given out by /audit')
  return key
}

import type { ChangePage, Changes } from '@weft/persistence'
import type { ChangeTail } from '../changes/change-tail.ts'
import type { Surroundings } from '../room/surroundings.ts'

/** Something is sent at least so often, in milliseconds: proxies take a silent connection for a dead one. */
const keepAlive = 15_000
/** How long a client should wait before it comes back, in milliseconds. */
const retry = 2_000

/** What a stream is made of. */
export interface ChangeStreamParts {
  readonly changes: () => Changes
  readonly tail: ChangeTail
  readonly surroundings: Pick<Surroundings, 'now' | 'timer'>
}

/** What a client follows. */
export interface Followed {
  /** What it is sent first, which has been read already. */
  readonly first: ChangePage
  /** How many changes are read at once. */
  readonly limit: number
  /** When its token ends, in milliseconds since 1970. */
  readonly expires: number | undefined
  /** The text of a page's changes, as far as they are shown; and the place of the last one that is. */
  readonly show: (page: ChangePage) => { readonly text: string; readonly place: string | undefined }
}

/**
 * The feed as server-sent events, for as long as the client stays and its token holds. The store is read only as the client
 * takes what it is sent, so that a slow one costs one page of memory, and misses nothing.
 */
export function changeStream(parts: ChangeStreamParts, followed: Followed): ReadableStream<Uint8Array> {
  const following = new Following(parts, followed)
  return new ReadableStream(
    {
      pull: async (controller) => {
        const text = await following.next()
        if (text === undefined) controller.close()
        else controller.enqueue(Buffer.from(text))
      },
      cancel: () => following.end(),
    },
    { highWaterMark: 0 },
  )
}

class Following {
  readonly #parts: ChangeStreamParts
  readonly #followed: Followed
  readonly #leave: () => void
  #ready: ChangePage | undefined
  #place: string
  /** Whether there may be something after the place. */
  #behind: boolean
  #begun = false
  #over = false
  #wake = (): void => {}

  constructor(parts: ChangeStreamParts, followed: Followed) {
    this.#parts = parts
    this.#followed = followed
    this.#ready = followed.first
    this.#place = followed.first.next
    this.#behind = true
    this.#leave = parts.tail.listen({
      changed: () => {
        this.#behind = true
        this.#wake()
      },
      ended: () => this.end(),
    })
  }

  end(): void {
    this.#over = true
    this.#leave()
    this.#wake()
  }

  /** What is sent next, once there is something; undefined at the end. */
  async next(): Promise<string | undefined> {
    if (!this.#begun) {
      this.#begun = true
      return `retry: ${retry}\n\n`
    }
    for (;;) {
      if (this.#over || this.#expired) {
        this.end()
        return undefined
      }
      if (!this.#behind) {
        if (await this.#quiet()) return ': keep-alive\n\n'
        continue
      }
      const page = await this.#read()
      if (page === undefined) continue
      const { text, place } = this.#followed.show(page)
      // A place without a change, so that whoever sees little of the feed need not read it all again.
      const mark = page.changes.length > 0 && place !== page.next ? `id: ${page.next}\n\n` : ''
      if (text !== '' || mark !== '') return text + mark
    }
  }

  get #expired(): boolean {
    const { expires } = this.#followed
    return expires !== undefined && this.#parts.surroundings.now() >= expires
  }

  /** A store that is away ends the stream: the client comes back and goes on where it was. */
  async #read(): Promise<ChangePage | undefined> {
    const ready = this.#ready
    this.#ready = undefined
    // What changes from here on is told again.
    if (ready === undefined) this.#behind = false
    try {
      const page = ready ?? (await this.#parts.changes().read(this.#place, this.#followed.limit))
      if (page.more) this.#behind = true
      this.#place = page.next
      return page
    } catch {
      this.end()
      return undefined
    }
  }

  /** Waits for something to happen. @returns whether nothing did for so long that something has to be sent */
  async #quiet(): Promise<boolean> {
    const { surroundings } = this.#parts
    const { expires = Number.POSITIVE_INFINITY } = this.#followed
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const wait = Math.max(0, Math.min(keepAlive, expires - surroundings.now()))
    const cancel = surroundings.timer(wait, () => resolve(wait === keepAlive))
    this.#wake = () => resolve(false)
    const quiet = await promise
    cancel()
    this.#wake = () => {}
    return quiet
  }
}

import { createHash } from 'node:crypto'
import { type Collections, StoreUnavailableError } from '@weft/persistence'
import { z } from 'zod'
import type { Surroundings } from '../room/surroundings.ts'

/** How long an answer is kept, in milliseconds. */
const keptFor = 24 * 3_600_000
/** After this time, in milliseconds, a request that never ended is taken to have died with its node. Writing waits half of it. */
const patience = 60_000
/** How many that are over are looked at when one begins: more than it adds, so that they do not pile up. */
const sweptAtOnce = 4
const attempts = 5

/** An answer as it went out. */
export interface KeptAnswer {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

const recordSchema = z.object({
  /** Two requests of one key have different ones, unless one repeats the other. */
  request: z.string(),
  until: z.number(),
  /** Tells this attempt from any other one. */
  attempt: z.string(),
  answer: z
    .object({ status: z.int(), headers: z.array(z.tuple([z.string(), z.string()])), body: z.string() })
    .optional(),
})

interface KeptRecord {
  readonly request: string
  readonly until: number
  readonly attempt: string
  readonly answer?: KeptAnswer | undefined
}

/** A request that somebody gave a key. */
export interface KeyedRequest {
  readonly subject: string
  readonly key: string
  /** The same for the same request. */
  readonly request: string
}

/** What becomes of a request: it may go on, it was answered before, it is under way, or its key was another request's. */
export type Beginning =
  | { readonly outcome: 'begun'; readonly attempt: Attempt }
  | { readonly outcome: 'answered'; readonly answer: KeptAnswer }
  | { readonly outcome: 'under-way' | 'other-request' }

/** A request that goes on. */
export interface Attempt {
  /** Keeps how it was answered. */
  finish(answer: KeptAnswer): Promise<void>
  /** It did nothing: whoever repeats it tries anew. */
  giveUp(): Promise<void>
}

/**
 * Answers of requests that may be repeated, kept in the store so that any node repeats them. An answer is an item by its key's
 * digest; beside it stands one by the time when it is over, for those that are to be taken away. All methods throw StoreUnavailableError.
 */
export class KeptAnswers {
  readonly #collections: () => Collections
  readonly #surroundings: Pick<Surroundings, 'now' | 'randomId'>

  constructor(collections: () => Collections, surroundings: Pick<Surroundings, 'now' | 'randomId'>) {
    this.#collections = collections
    this.#surroundings = surroundings
  }

  async begin({ subject, key, request }: KeyedRequest): Promise<Beginning> {
    const digest = createHash('sha256')
      .update(JSON.stringify([subject, key]))
      .digest('hex')
    const collection = `idempotency-${digest.slice(0, 1)}`
    for (let attempt = 0; attempt < attempts; attempt++) {
      const found = await this.#collections().get(collection, itemOf(digest))
      const kept = recordIn(found)
      if (kept !== undefined && kept.until > this.#surroundings.now()) {
        if (kept.request !== request) return { outcome: 'other-request' }
        return kept.answer === undefined ? { outcome: 'under-way' } : { outcome: 'answered', answer: kept.answer }
      }
      const record = { request, until: this.#surroundings.now() + patience, attempt: this.#surroundings.randomId() }
      if (await this.#put(collection, digest, found, record)) {
        await this.#sweep(collection)
        return { outcome: 'begun', attempt: this.#attempt(collection, digest, record) }
      }
    }
    throw new StoreUnavailableError('too many requests of one key came at once: try again')
  }

  #attempt(collection: string, digest: string, record: KeptRecord): Attempt {
    const begun = JSON.stringify(record)
    return {
      finish: async (answer) => {
        await this.#put(collection, digest, begun, { ...record, answer, until: this.#surroundings.now() + keptFor })
      },
      giveUp: async () => {
        const item = itemOf(digest)
        await this.#collections().change(collection, { expect: [{ key: item, text: begun }], remove: [item] })
      },
    }
  }

  #put(collection: string, digest: string, expected: string | undefined, record: KeptRecord): Promise<boolean> {
    const key = itemOf(digest)
    return this.#collections().change(collection, {
      expect: [{ key, text: expected }],
      put: [
        { key, text: JSON.stringify(record) },
        { key: `${endOf(record.until)}-${digest}`, text: '' },
      ],
    })
  }

  async #sweep(collection: string): Promise<void> {
    const range = { from: endOf(0), before: endOf(this.#surroundings.now() + 1), limit: sweptAtOnce }
    for (const { key: end } of await this.#collections().list(collection, range)) {
      const item = itemOf(end.split('-').at(-1) ?? '')
      const text = await this.#collections().get(collection, item)
      const over = (recordIn(text)?.until ?? 0) <= this.#surroundings.now()
      // Where it was used again meanwhile, it stands by its later end, too.
      const remove = over ? [item, end] : [end]
      await this.#collections().change(collection, { expect: [{ key: item, text }], remove })
    }
  }
}

function itemOf(digest: string): string {
  return `answer-${digest}`
}

function endOf(until: number): string {
  return `end-${String(until).padStart(16, '0')}`
}

function recordIn(text: string | undefined): KeptRecord | undefined {
  return text === undefined ? undefined : recordSchema.parse(JSON.parse(text))
}

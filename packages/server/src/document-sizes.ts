import { type DocumentCatalog, type DocumentLog, DocumentDeletedError, type Collections } from '@weft/persistence'
import { z } from 'zod'
import type { Surroundings } from './room/surroundings.ts'

const hour = 3_600_000
/** How long samples are kept. */
const kept = 30 * 24 * hour
/** How many samples there can be of a document. */
const most = kept / hour

/** How large a document was. Times are milliseconds since 1970. */
export interface SizeSample {
  readonly at: number
  /** What log and checkpoint took. */
  readonly bytes: number
  /** How many entries the log had after its checkpoint, or in all; some that the checkpoint covers may be among them. */
  readonly entries: number
  /** When its last checkpoint was made; undefined where no sample has seen one. */
  readonly checkpointAt: number | undefined
}

const storedSchema = z.object({
  at: z.number(),
  bytes: z.number(),
  /** The log's last position. */
  position: z.number(),
  checkpoint: z.object({ at: z.number(), position: z.number() }).optional(),
})
type Stored = z.infer<typeof storedSchema>

/** What sizes are measured with. */
export interface DocumentSizesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly store: () => {
    readonly collections: Collections
    readonly catalog: Pick<DocumentCatalog, 'get'>
    readonly log: Pick<DocumentLog, 'heads'>
  }
  readonly surroundings: Pick<Surroundings, 'now' | 'timer'>
  /** A sample was not taken. Nothing else depends on it. */
  readonly failed: (document: string, error: unknown) => void
}

/**
 * How large documents were: of each that is open a sample an hour, and one when it is compacted or unloaded, kept for 30 days.
 * Nodes that have one document open write the same sample of an hour, so that there is one.
 */
export class DocumentSizes {
  readonly #parts: DocumentSizesParts
  readonly #open = new Set<string>()
  #cancel: (() => void) | undefined
  #sampling: Promise<void> = Promise.resolve()
  #closed = false

  constructor(parts: DocumentSizesParts) {
    this.#parts = parts
  }

  /** A document was opened on this node. */
  opened(document: string): void {
    // One that was still being loaded when the server went down: nothing may keep the process any more.
    if (this.#closed) return
    this.#open.add(document)
    this.#cancel ??= this.#later()
  }

  /** It was unloaded. */
  unloaded(document: string): void {
    this.#open.delete(document)
    this.#soon(document, undefined)
  }

  /** A checkpoint was made of it, which covers the log up to a position at least. */
  compacted(document: string, position: number): void {
    this.#soon(document, position)
  }

  /** What was sampled, the oldest first, and how large it is now. @throws StoreUnavailableError */
  async list(document: string): Promise<SizeSample[]> {
    const now = await this.#measure(document)
    if (now === undefined) return []
    const { collections } = this.#parts.store()
    const items = await collections.list(collectionOf(document), { limit: most, backwards: true })
    const stored = items.toReversed().flatMap(({ text }) => storedIn(text) ?? [])
    // A document that was erased and made anew has none of the old one's.
    const own = stored.filter(({ at }) => at >= now.created && at > now.at - kept)
    const { created: _created, ...last } = now
    const checkpoint = own.at(-1)?.checkpoint
    return [...own, { ...last, ...(checkpoint === undefined ? {} : { checkpoint }) }].map(sampleOf)
  }

  /** A document was erased. Never rejects. */
  async erase(document: string): Promise<void> {
    try {
      const { collections } = this.#parts.store()
      const items = await collections.list(collectionOf(document), { limit: 1_000 })
      await collections.change(collectionOf(document), { remove: items.map(({ key }) => key) })
    } catch (error) {
      this.#parts.failed(document, error)
    }
  }

  /** Resolves when nothing is sampled any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#cancel?.()
    await this.#sampling
  }

  #later(): () => void {
    return this.#parts.surroundings.timer(hour / 2, () => {
      for (const document of this.#open) this.#soon(document, undefined)
      this.#cancel = this.#open.size > 0 && !this.#closed ? this.#later() : undefined
    })
  }

  /** One after the other: nobody waits for it. */
  #soon(document: string, compactedTo: number | undefined): void {
    this.#sampling = this.#sampling.then(async () => {
      if (this.#closed) return
      try {
        await this.#sample(document, compactedTo)
      } catch (error) {
        if (!(error instanceof DocumentDeletedError)) this.#parts.failed(document, error)
      }
    })
  }

  async #sample(document: string, compactedTo: number | undefined): Promise<void> {
    const measured = await this.#measure(document)
    if (measured === undefined) return
    const { collections } = this.#parts.store()
    const collection = collectionOf(document)
    const [last] = await collections.list(collection, { limit: 1, backwards: true })
    const before = last === undefined ? undefined : storedIn(last.text)
    const { created, ...now } = measured
    const own = before !== undefined && before.at >= created ? before.checkpoint : undefined
    const checkpoint = compactedTo === undefined ? own : { at: now.at, position: compactedTo }
    const old = await collections.list(collection, { before: keyOf(now.at - kept), limit: 100 })
    const text = JSON.stringify({ ...now, ...(checkpoint === undefined ? {} : { checkpoint }) })
    await collections.change(collection, { put: [{ key: keyOf(now.at), text }], remove: old.map(({ key }) => key) })
  }

  async #measure(document: string): Promise<(Stored & { readonly created: number }) | undefined> {
    const { catalog, log } = this.#parts.store()
    const [record, [head]] = await Promise.all([catalog.get(document), log.heads([document])])
    if (record === undefined || head === undefined) return undefined
    const { bytes, created } = record
    return { at: this.#parts.surroundings.now(), bytes, position: head.position, created }
  }
}

function collectionOf(document: string): string {
  return `sizes/${document}`
}

/** One key for each hour, in the order of time. */
function keyOf(at: number): string {
  return new Date(at).toISOString().slice(0, 13)
}

function storedIn(text: string): Stored | undefined {
  try {
    return storedSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function sampleOf({ at, bytes, position, checkpoint }: Stored): SizeSample {
  return { at, bytes, entries: Math.max(0, position - (checkpoint?.position ?? 0)), checkpointAt: checkpoint?.at }
}

import { decodeChangeCursor, encodeChangeCursor, nextPlace, timeOfChange } from '../change-cursor.ts'
import { assertChangeLimit, type ChangePage, type Changes } from '../changes.ts'
import { type DocumentFacts, entryAfter, type FeedEntry, happenedSince, kindsAfter } from '../feed-entry.ts'
import { randomId } from '../random-id.ts'
import { headOf, type LiveDocument, type MemoryDocuments, type Tombstone } from './memory-documents.ts'

interface PlacedEntry {
  readonly entry: FeedEntry
  readonly place: number
}

/** The feed in memory. It looks at all documents each time it is read: it is for tests and for trying things out. */
export class MemoryChanges implements Changes {
  readonly #documents: MemoryDocuments
  readonly #name = randomId()
  readonly #entries = new Map<string, PlacedEntry>()
  #last = 0

  constructor(documents: MemoryDocuments) {
    this.#documents = documents
  }

  async read(after: string | undefined, limit: number): Promise<ChangePage> {
    assertChangeLimit(limit)
    const [start = 0] = after === undefined ? [] : decodeChangeCursor(after, this.#name, 1, Date.now())
    this.#settle()
    const found = [...this.#entries].filter(([, { place }]) => place > start).slice(0, limit + 1)
    const changes = found.slice(0, limit).map(([document, { entry, place }]) => ({
      document,
      happened: kindsAfter(entry, start),
      state: entry.state,
      title: entry.title,
      at: timeOfChange(place),
      cursor: this.#cursor(place),
    }))
    return { changes, next: changes.at(-1)?.cursor ?? this.#cursor(start), more: found.length > limit }
  }

  async latest(): Promise<string> {
    this.#settle()
    return this.#cursor(this.#last)
  }

  #settle(): void {
    for (const [id, document] of this.#documents.all()) {
      const facts = factsOf(document)
      const entry = this.#entries.get(id)?.entry
      const happened = happenedSince(entry, facts)
      if (happened.length === 0) continue
      const place = (this.#last = nextPlace(this.#last, Date.now()))
      // A map keeps the order of insertion, which is that of the places.
      this.#entries.delete(id)
      this.#entries.set(id, { place, entry: entryAfter(entry, facts, happened, place) })
    }
  }

  #cursor(place: number): string {
    return encodeChangeCursor(this.#name, [place])
  }
}

function factsOf(document: LiveDocument | Tombstone): DocumentFacts {
  const { epoch } = document
  if (document.state === 'deleted') return { epoch, state: 'erased', title: '', tip: '' }
  const { title, trashed } = document
  return { epoch, state: trashed === undefined ? 'live' : 'trashed', title, tip: headOf(document).tip }
}

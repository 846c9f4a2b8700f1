import { applyWithWaiting } from '@weft/protocol'
import * as Y from 'yjs'
import type { LoadedDocument, NewEntry } from '../document-log.ts'
import { CorruptRecordError } from '../errors.ts'

/** Yjs cannot read an update that was to be merged into a log. */
export class UnmergeableUpdateError extends Error {
  override readonly name = 'UnmergeableUpdateError'
}

/**
 * What a log lacks of some entries, as entries of their own: each with its actor and time, and without what the log, or an
 * entry before it, has already. None where it lacks nothing.
 *
 * @throws CorruptRecordError where Yjs cannot read the log, UnmergeableUpdateError where it cannot read the entries
 */
export function missingEntries(document: string, loaded: LoadedDocument, entries: readonly NewEntry[]): NewEntry[] {
  const replica = new Replica()
  try {
    for (const chunk of loaded.checkpoint?.chunks ?? []) replica.load(document, undefined, chunk)
    for (const { position, update } of loaded.entries) replica.load(document, position, update)
    // An empty log takes them byte for byte.
    const whole = loaded.head.position === 0
    return entries.flatMap((entry) => {
      const news = replica.newsIn(entry.update)
      return news === undefined ? [] : [{ ...entry, update: whole ? entry.update : news }]
    })
  } finally {
    replica.end()
  }
}

/** What a log holds, to be compared with. */
class Replica {
  readonly #doc = new Y.Doc({ gc: true })
  #change: Uint8Array | undefined

  constructor() {
    this.#doc.on('update', (update: Uint8Array) => {
      this.#change = update
    })
  }

  load(document: string, position: number | undefined, update: Uint8Array): void {
    try {
      applyWithWaiting(this.#doc, update)
    } catch (cause) {
      throw new CorruptRecordError(document, position, 'Yjs cannot read the update', { cause })
    }
  }

  /** Applies an update. @returns what was new of it */
  newsIn(update: Uint8Array): Uint8Array | undefined {
    const before = this.#waiting()
    this.#change = undefined
    try {
      applyWithWaiting(this.#doc, update)
    } catch (cause) {
      throw new UnmergeableUpdateError('Yjs cannot read the update', { cause })
    }
    const after = this.#waiting()
    // What waits for others (R9) is in no event: then all of it is new.
    return sameBytes(before.structs, after.structs) && sameBytes(before.deletes, after.deletes) ? this.#change : update
  }

  /** Taken out of its object, which Yjs changes in place. */
  #waiting(): { readonly structs: Uint8Array | undefined; readonly deletes: Uint8Array | undefined } {
    const { pendingStructs, pendingDs } = this.#doc.store
    return { structs: pendingStructs?.update, deletes: pendingDs ?? undefined }
  }

  end(): void {
    this.#doc.destroy()
  }
}

function sameBytes(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  if (one === undefined || other === undefined) return one === other
  return one === other || Buffer.compare(one, other) === 0
}

import { randomUUID } from 'node:crypto'
import type { AppendReceipt, Checkpoint, LoadedDocument, NewEntry, Place } from '../document-log.ts'
import type { Store } from '../store.ts'
import type { StoreFixture, StoreKind } from './store-fixture.ts'

/** An open store that a test may close and open again. */
export interface Subject {
  readonly fixture: StoreFixture
  store: Store
  reopen(): Promise<void>
}

/** Runs a test against a store of its own. */
export async function withStore(kind: StoreKind, test: (subject: Subject) => Promise<void>): Promise<void> {
  const fixture = await kind.create()
  const subject: Subject = {
    fixture,
    store: await fixture.open(),
    async reopen() {
      await this.store.close()
      this.store = await fixture.open()
    },
  }
  try {
    await test(subject)
  } finally {
    await subject.store.close()
    await fixture.dispose()
  }
}

/** An entry whose bytes say which one it is. */
export function entry(text: string, at = 1_000): NewEntry {
  return { update: new Uint8Array(Buffer.from(text)), actor: 'someone', at }
}

/** Creates a document, and gives its epoch. */
export async function begin({ catalog, log }: Store, id: string, at = 1): Promise<string> {
  await catalog.create({ id, title: `title of ${id}`, createdBy: 'someone', at })
  return (await log.load(id)).head.epoch
}

/** Appends texts, an entry each, in one append. */
export function append({ log }: Store, id: string, epoch: string, ...texts: string[]): Promise<AppendReceipt> {
  return log.append(id, { epoch, token: randomUUID(), entries: texts.map((text) => entry(text)) })
}

/** A checkpoint whose chunks say what is in them. */
export function checkpointAt(place: Place, ...chunks: readonly (string | Uint8Array)[]): Checkpoint {
  return {
    place,
    stateVector: new Uint8Array([1, place.position % 128]),
    chunks: chunks.map((chunk) => (typeof chunk === 'string' ? new Uint8Array(Buffer.from(chunk)) : chunk)),
  }
}

/** The place that an entry of a loaded document is at. */
export function placeOf({ head, entries }: LoadedDocument, position: number): Place {
  const found = entries.find((candidate) => candidate.position === position)
  if (found === undefined) throw new Error(`there is no entry at ${position}`)
  return { epoch: head.epoch, position, tip: found.tip }
}

/** What a loaded document says, as texts: its checkpoint's chunks, then its entries. */
export function textsOf({ checkpoint, entries }: LoadedDocument): string[] {
  const updates = [...(checkpoint?.chunks ?? []), ...entries.map(({ update }) => update)]
  return updates.map((update) => Buffer.from(update).toString())
}

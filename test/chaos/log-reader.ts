import {
  type DocumentLog,
  DocumentNotFoundError,
  type LoadedDocument,
  openStore,
  StoreUnavailableError,
} from '@weft/persistence'
import { applyAsItIs } from '@weft/protocol'
import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'
import type { Texts } from './edit-record.ts'
import { chaosField } from './writer.ts'

/** How long a Redis that is there, and does not answer yet, is asked again, in milliseconds. */
const patience = 15_000
const retryDelay = 50

/** What the log itself holds of a document. */
export interface LoggedDocument {
  readonly doc: Y.Doc
  readonly texts: Texts
}

/** A log that can be looked into. */
export interface LogSource {
  /** Opened anew for each attempt, since another server may count by then. @throws StoreUnavailableError */
  open(): Promise<{ readonly log: Pick<DocumentLog, 'load'>; close(): Promise<void> }>
  /** Whether it is the one that has a document. */
  has(document: string): boolean
}

/** The log of the whole store. @param url past all links */
export function storeLog(url: () => string): LogSource {
  return { open: () => openStore(url(), { durability: 'memory' }), has: () => true }
}

/**
 * Reads documents from the log, past all nodes.
 *
 * @returns those that the source has
 * @throws CorruptRecordError, and StoreUnavailableError where Redis does not come to answer
 */
export async function readLog(source: LogSource, documents: readonly string[]): Promise<Map<string, LoggedDocument>> {
  const deadline = performance.now() + patience
  for (;;) {
    try {
      const opened = await source.open()
      try {
        const here = documents.filter((document) => source.has(document))
        return new Map(await Promise.all(here.map(async (id) => [id, logged(await load(opened.log, id))] as const)))
      } finally {
        await opened.close()
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailableError) || performance.now() > deadline) throw error
      await sleep(retryDelay)
    }
  }
}

async function load(log: Pick<DocumentLog, 'load'>, document: string): Promise<LoadedDocument | undefined> {
  try {
    return await log.load(document)
  } catch (error) {
    if (error instanceof DocumentNotFoundError) return undefined
    throw error
  }
}

function logged(loaded: LoadedDocument | undefined): LoggedDocument {
  const updates = [...(loaded?.checkpoint?.chunks ?? []), ...(loaded?.entries ?? []).map(({ update }) => update)]
  const doc = new Y.Doc()
  for (const update of updates) applyAsItIs(doc, update)
  const held = new Set(updates.flatMap(textsIn))
  const shown = new Set(doc.getArray<string>(chaosField).toArray())
  return { doc, texts: { holds: (text) => held.has(text), shows: (text) => shown.has(text) } }
}

/** All texts of an update, of what waits for others too. */
function textsIn(update: Uint8Array): unknown[] {
  return Y.decodeUpdate(update).structs.flatMap((struct) => {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) return []
    const texts: unknown[] = struct.content.arr
    return texts
  })
}

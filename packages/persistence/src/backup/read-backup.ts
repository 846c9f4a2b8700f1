import type { DocumentCatalog } from '../document-catalog.ts'
import type { DocumentFiles } from '../document-files.ts'
import type { DocumentLog, LoadedDocument, NewEntry } from '../document-log.ts'
import { DocumentDeletedError, EpochMismatchError, TipMovedError } from '../errors.ts'
import { hashOf } from '../file-codec.ts'
import { randomId } from '../random-id.ts'
import { type BackedUpDocument, type BackedUpFile, backedUpDocuments } from './backed-up-documents.ts'
import { BackupFormatError } from './backup-format-error.ts'
import { missingEntries, UnmergeableUpdateError } from './missing-entries.ts'
import { type Bounds, severalAtOnce } from './several-at-once.ts'

/** What a backup is read into: a store, as far as it takes that. */
export interface RestoreTarget {
  readonly log: Pick<DocumentLog, 'load' | 'append'>
  readonly catalog: Pick<DocumentCatalog, 'create' | 'recreate' | 'setTitle'>
  readonly files: Pick<DocumentFiles, 'put'>
}

/** How a backup is read into a store. */
export interface RestoreOptions {
  /** Only documents whose ids begin so. */
  readonly prefix?: string
  /** Only documents of which this is true. The others are given as `skipped`. */
  readonly includes?: (document: string) => boolean
  /** Whether documents that were deleted in the store are made anew. Otherwise they stay deleted (L5). */
  readonly recreate?: boolean
}

/**
 * What became of a document of a backup:
 * - `created`, `recreated`: it was not there, or was deleted, and is there now
 * - `merged`: it was there, and lacked something
 * - `unchanged`: it was there, and lacked nothing
 * - `deleted`: it was deleted, and stays so
 * - `skipped`: it is none of those that were asked for
 */
export type RestoreOutcome = 'created' | 'recreated' | 'merged' | 'unchanged' | 'deleted' | 'skipped'

/** One document of a backup, once it is in the store. */
export interface RestoredDocument {
  readonly document: string
  readonly outcome: RestoreOutcome
}

/** One file of a backup, once it is in the store. Where its document stays deleted, so does the file. */
export interface RestoredFile {
  readonly document: string
  /** Its hash. */
  readonly file: string
  readonly outcome: 'created' | 'unchanged' | 'deleted' | 'skipped'
}

/** Who wrote what was merged into one state: nobody knows. */
const unknownActor = ''

/** Most entries and bytes of one append: larger ones would hold up a store's other users. */
const appendEntries = 500
const appendBytes = 1024 * 1024

/** Small documents are restored beside each other, since each waits for the store several times. */
const bounds: Bounds<BackedUpDocument | BackedUpFile> = {
  items: 32,
  weight: 8 * 1024 * 1024,
  weigh: (item) =>
    item.kind === 'file'
      ? item.file.content.byteLength
      : [...item.updates, ...item.entries.map(({ update }) => update)].reduce((sum, part) => sum + part.byteLength, 0),
}

/** What a document had once it may have again. */
const noLimits = { files: Number.MAX_SAFE_INTEGER, bytes: Number.MAX_SAFE_INTEGER }

/** How often a log that goes on is compared anew. In one that never rests, what is appended may be there already. */
const comparisons = 5

/**
 * Reads a backup into a store, while the store is in use. What a document lacks is appended to its log, so that nothing
 * that was written since is lost, and whoever has it open hears of it. The same backup read again changes nothing.
 * Memory holds one document or file, or small ones of a few MiB together.
 *
 * @returns each document of the backup and each file, in its order, once it is durable in the store
 * @throws BackupFormatError where the backup is cut short or damaged: the documents before stand
 * @throws StoreUnavailableError, CorruptRecordError where a document of that name is there and cannot be read
 */
export async function* readBackup(
  store: RestoreTarget,
  bytes: AsyncIterable<Uint8Array>,
  { prefix = '', includes = (): boolean => true, recreate = false }: RestoreOptions = {},
): AsyncGenerator<RestoredDocument | RestoredFile> {
  let before: Promise<RestoreOutcome> | undefined
  yield* severalAtOnce(startingWith(prefix, backedUpDocuments(bytes)), bounds, async (item) => {
    if (!includes(documentOf(item))) return skipped(item)
    if (item.kind === 'document') {
      before = restore(store, item, recreate)
      return { document: item.heading.id, outcome: await before }
    }
    // Its document, which it cannot be put into before that is there.
    await before
    return await restoreFile(store.files, item)
  })
}

async function* startingWith(
  prefix: string,
  items: AsyncIterable<BackedUpDocument | BackedUpFile>,
): AsyncGenerator<BackedUpDocument | BackedUpFile> {
  for await (const item of items) {
    if (documentOf(item).startsWith(prefix)) yield item
  }
}

function documentOf(item: BackedUpDocument | BackedUpFile): string {
  return item.kind === 'document' ? item.heading.id : item.document
}

function skipped(item: BackedUpDocument | BackedUpFile): RestoredDocument | RestoredFile {
  const what = item.kind === 'file' ? { file: hashOf(item.file.content) } : {}
  return { document: documentOf(item), ...what, outcome: 'skipped' }
}

async function restoreFile(files: RestoreTarget['files'], { document, file }: BackedUpFile): Promise<RestoredFile> {
  try {
    const { record, added } = await files.put(document, file, noLimits)
    return { document, file: record.hash, outcome: added ? 'created' : 'unchanged' }
  } catch (error) {
    if (!(error instanceof DocumentDeletedError)) throw error
    return { document, file: hashOf(file.content), outcome: 'deleted' }
  }
}

async function restore(store: RestoreTarget, document: BackedUpDocument, recreate: boolean): Promise<RestoreOutcome> {
  try {
    const begun = await begin(store, document, recreate)
    const merged = await merge(store.log, document)
    if (begun === 'present') return merged ? 'merged' : 'unchanged'
    const { id, title, updated } = document.heading
    // The title was what changed last: no entry tells of that time.
    if (entriesOf(document).every(({ at }) => at < updated)) await store.catalog.setTitle(id, title, updated)
    return begun
  } catch (error) {
    if (error instanceof DocumentDeletedError) return 'deleted'
    throw error
  }
}

/** @throws DocumentDeletedError */
async function begin(
  { catalog }: RestoreTarget,
  { heading }: BackedUpDocument,
  recreate: boolean,
): Promise<'created' | 'recreated' | 'present'> {
  const { id, title, createdBy, created } = heading
  const beginning = { id, title, createdBy, at: created }
  try {
    return (await catalog.create(beginning)) ? 'created' : 'present'
  } catch (error) {
    if (!recreate || !(error instanceof DocumentDeletedError)) throw error
    await catalog.recreate(beginning)
    return 'recreated'
  }
}

/** @returns whether anything was appended */
async function merge(log: RestoreTarget['log'], document: BackedUpDocument): Promise<boolean> {
  const { id } = document.heading
  const entries = entriesOf(document)
  let appended = false
  for (let comparison = 1; ; comparison++) {
    const loaded = await log.load(id)
    const { epoch } = loaded.head
    let after = loaded.head.tip
    try {
      for (const group of inGroups(missingIn(loaded, document, entries))) {
        const request = { epoch, token: randomId(), entries: group }
        const receipt = await log.append(id, comparison < comparisons ? { ...request, after } : request)
        after = receipt.tip
        appended = true
      }
      return appended
    } catch (error) {
      // Someone wrote meanwhile, or deleted it and made it anew.
      if (!(error instanceof TipMovedError) && !(error instanceof EpochMismatchError)) throw error
    }
  }
}

/** The state counts as written by the time at which the first entry after it was. */
function entriesOf({ heading, updates, entries }: BackedUpDocument): NewEntry[] {
  const at = entries[0]?.at ?? heading.updated
  return [...updates.map((update) => ({ update, actor: unknownActor, at })), ...entries]
}

function missingIn(loaded: LoadedDocument, { heading, offset }: BackedUpDocument, entries: NewEntry[]): NewEntry[] {
  try {
    return missingEntries(heading.id, loaded, entries)
  } catch (error) {
    if (!(error instanceof UnmergeableUpdateError)) throw error
    throw new BackupFormatError(offset, heading.id, 'Yjs cannot read an update of it', { cause: error })
  }
}

function* inGroups(entries: readonly NewEntry[]): Generator<NewEntry[]> {
  let group: NewEntry[] = []
  let bytes = 0
  for (const entry of entries) {
    if (group.length > 0 && (group.length === appendEntries || bytes + entry.update.byteLength > appendBytes)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(entry)
    bytes += entry.update.byteLength
  }
  if (group.length > 0) yield group
}

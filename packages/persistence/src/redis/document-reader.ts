import { decodeChunk, decodeCheckpointHeader } from '../checkpoint-codec.ts'
import type { Checkpoint, CheckpointReader, Entry, LoadedDocument } from '../document-log.ts'
import { CorruptRecordError } from '../errors.ts'
import type { Formats } from '../formats.ts'
import { decodeEntry } from '../record.ts'
import { headerField, joinSlices, outlineField } from './checkpoint-slices.ts'
import type { DocumentAccess, StoredCheckpoint, StoredHead } from './document-access.ts'
import { fieldsIn, listIn, maybeBytesIn, textIn } from './reply.ts'

/** Entries that one command reads at most, and those that the first one reads, before anything is known of their size. */
const entriesPerRead = 200
const entriesAtFirst = 4
/** About how many bytes of entries one command reads: more would hold up Redis, and whoever waits for it. */
const bytesPerRead = 512 * 1024
/** Chunks of at most 256 KiB that are on their way at once. */
const chunksAhead = 4
/** How often a document is read anew because it changed meanwhile, before that counts as an outage. */
const maxAttempts = 10

/**
 * Reads documents, and checks that nothing is missing of them (L8).
 *
 * A document is read in several commands, so that no large one holds up Redis. It is whole all the same: what a head names
 * never changes, entries have one place, a generation is written once; it can only be gone because a later head no longer
 * names it, and then everything is read again.
 */
export class DocumentReader {
  readonly #access: DocumentAccess

  constructor(access: DocumentAccess) {
    this.#access = access
  }

  /**
   * @param from the first position that is wanted; undefined for everything
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError, StoreUnavailableError
   */
  async load(document: string, from: number | undefined, reader?: CheckpointReader): Promise<LoadedDocument> {
    let head = await this.#access.head(document)
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#load(document, from, head, reader)
      } catch (error) {
        if (!(error instanceof CorruptRecordError) || attempt === maxAttempts) throw error
        const found = await this.#access.head(document)
        if (sameContents(found, head)) throw error
        head = found
      }
    }
  }

  async #load(
    document: string,
    from: number | undefined,
    head: StoredHead,
    reader: CheckpointReader | undefined,
  ): Promise<LoadedDocument> {
    const { place, checkpoint: stored } = head
    if (stored === undefined || (from !== undefined && from > stored.position)) {
      const entries = await this.#readEntries(document, Math.max(from ?? 1, 1), head)
      return { head: place, checkpoint: undefined, entries }
    }
    const [checkpoint, entries] = await Promise.all([
      this.#readCheckpoint(document, stored, place.epoch, reader),
      this.#readEntries(document, stored.position + 1, head),
    ])
    return { head: place, checkpoint, entries }
  }

  async #readCheckpoint(
    document: string,
    stored: StoredCheckpoint,
    epoch: string,
    reader: CheckpointReader | undefined,
  ): Promise<Checkpoint> {
    const { formats } = this.#access
    const key = this.#access.keys(document).checkpoint(stored.generation)
    const fields = await this.#access.call(document, key, 'HMGET', [headerField, outlineField])
    const [record, outlined] = listIn(fields).map(maybeBytesIn)
    if (record === undefined) throw new CorruptRecordError(document, undefined, 'the header is missing')
    const { place, stateVector, chunks: count } = decodeCheckpointHeader(record, document, formats)
    if (place.position !== stored.position || place.tip !== stored.tip || place.epoch !== epoch) {
      throw new CorruptRecordError(document, undefined, 'the header is of another checkpoint')
    }
    const outline = outlined && decodeChunk(outlined, document, outlineField, formats)
    reader?.begin({ place, stateVector, outline })
    const chunks: Uint8Array[] = []
    const ahead: Promise<Buffer>[] = []
    while (chunks.length < count) {
      for (let next = chunks.length + ahead.length; next < count && ahead.length < chunksAhead; next++) {
        const read = this.#readChunk(document, key, next, count)
        // Should one before it fail, nobody waits for it.
        read.catch(() => {})
        ahead.push(read)
      }
      const read = await ahead.shift()
      if (read === undefined) break
      const chunk = decodeChunk(read, document, chunks.length, formats)
      chunks.push(chunk)
      reader?.chunk(chunk)
    }
    return { place, stateVector, chunks, outline }
  }

  #readChunk(document: string, key: string, number: number, count: number): Promise<Buffer> {
    return joinSlices(number, async (field) => {
      const slice = maybeBytesIn(await this.#access.call(document, key, 'HGET', [field]))
      if (slice !== undefined) return slice
      throw new CorruptRecordError(document, undefined, `chunk ${number} of ${count} is missing`)
    })
  }

  async #readEntries(document: string, from: number, { place: head }: StoredHead): Promise<Entry[]> {
    const key = this.#access.keys(document).log
    const entries: Entry[] = []
    let count = entriesAtFirst
    for (let expected = from; expected <= head.position;) {
      const bounds = [`${expected}-0`, `${head.position}-0`, 'COUNT', count]
      const read = listIn(await this.#access.call(document, key, 'XRANGE', bounds))
      let bytes = 0
      for (const reply of read) {
        const entry = entryIn(reply, document, expected, this.#access.formats)
        bytes += entry.update.byteLength
        entries.push(entry)
        expected++
      }
      count = Math.min(Math.max(1, Math.floor((bytesPerRead * read.length) / Math.max(1, bytes))), entriesPerRead)
      if (read.length === 0) throw missing(document, expected)
    }
    const last = entries.at(-1)
    if (last !== undefined && last.tip !== head.tip) {
      throw new CorruptRecordError(document, last.position, 'the last entry is not the one that the head names')
    }
    return entries
  }
}

function entryIn(reply: unknown, document: string, expected: number, formats: Formats): Entry {
  const [id, fields] = listIn(reply)
  if (textIn(id) !== `${expected}-0`) throw missing(document, expected)
  const record = fieldsIn(fields).get('r')
  if (record === undefined) throw new CorruptRecordError(document, expected, 'the entry holds no record')
  return decodeEntry(record, document, expected, formats)
}

function missing(document: string, position: number): CorruptRecordError {
  return new CorruptRecordError(document, position, 'the entry is missing')
}

/** Whether two heads name the same entries and the same checkpoint. */
function sameContents(a: StoredHead, b: StoredHead): boolean {
  return (
    a.place.epoch === b.place.epoch &&
    a.place.position === b.place.position &&
    a.place.tip === b.place.tip &&
    a.checkpoint?.generation === b.checkpoint?.generation
  )
}

import { decodeCheckpointHeader, decodeChunk } from '../checkpoint-codec.ts'
import type { Checkpoint, Entry, LoadedDocument, Place } from '../document-log.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError, StoreUnavailableError } from '../errors.ts'
import { decodeEntry } from '../record.ts'
import { checkpointKey, keysOf } from './keys.ts'
import type { RedisConnection } from './redis-connection.ts'
import { bytesIn, fieldsIn, listIn, numberIn, textIn } from './replies.ts'

/** How often a checkpoint may be replaced while its document is read, before the reader gives up. */
const maxAttempts = 10
/** Chunks that are asked for at once: more would stall Redis for others, fewer would wait for the network. */
const chunksAtOnce = 8

/** Reads a document, and checks that nothing is missing of it (L8). */
export class DocumentReader {
  readonly #connection: RedisConnection
  readonly #prefix: string

  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection
    this.#prefix = prefix
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError, StoreUnavailableError */
  async load(document: string, from: number | undefined): Promise<LoadedDocument> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const loaded = await this.#attempt(document, from)
      if (loaded !== undefined) return loaded
    }
    throw new StoreUnavailableError(
      `the checkpoint of document ${document} was replaced again and again while it was read`,
    )
  }

  /** Undefined where the checkpoint was replaced between head and chunks: entries of the one do not follow the other. */
  async #attempt(document: string, from: number | undefined): Promise<LoadedDocument | undefined> {
    const keys = keysOf(this.#prefix, document)
    const start = from === undefined || from < 1 ? '-' : `${from}-0`
    const [headReply, logReply] = await this.#connection.readTogether([
      ['HGETALL', keys.head],
      ['XRANGE', keys.log, start, '+'],
    ])
    const fields = fieldsIn(headReply)
    if (fields.size === 0) throw new DocumentNotFoundError(document)
    if (fields.has('deleted')) throw new DocumentDeletedError(document)
    const head = placeIn(fields, document)
    const generation = fields.get('cp')?.toString()
    const covered = generation === undefined ? 0 : numberIn(fields.get('cp_position'))
    if (generation === undefined || (from !== undefined && from > covered)) {
      const entries = entriesIn(logReply, document, Math.max(from ?? 1, 1), head)
      return { head, checkpoint: undefined, entries }
    }
    const checkpoint = await this.#checkpoint(document, generation, head.epoch, covered)
    if (checkpoint === undefined) return undefined
    return { head, checkpoint, entries: entriesIn(logReply, document, covered + 1, head) }
  }

  async #checkpoint(
    document: string,
    generation: string,
    epoch: string,
    position: number,
  ): Promise<Checkpoint | undefined> {
    const key = checkpointKey(this.#prefix, document, generation)
    const record = await this.#connection.command('HGET', key, 'header')
    if (record === null) {
      if (await this.#isReplaced(document, generation)) return undefined
      throw new CorruptRecordError(document, undefined, 'the header is missing')
    }
    const { place, stateVector, chunks: count } = decodeCheckpointHeader(bytesIn(record), document)
    if (place.position !== position || place.epoch !== epoch) {
      throw new CorruptRecordError(document, undefined, 'the header is of another checkpoint')
    }
    const chunks: Uint8Array[] = []
    while (chunks.length < count) {
      const numbers = Array.from(
        { length: Math.min(chunksAtOnce, count - chunks.length) },
        (_, at) => chunks.length + at,
      )
      const records = await Promise.all(numbers.map((number) => this.#connection.command('HGET', key, number)))
      for (const chunk of records) {
        if (chunk === null) {
          if (await this.#isReplaced(document, generation)) return undefined
          throw new CorruptRecordError(document, undefined, `chunk ${chunks.length} of ${count} is missing`)
        }
        chunks.push(decodeChunk(bytesIn(chunk), document, chunks.length))
      }
    }
    return { place, stateVector, chunks }
  }

  async #isReplaced(document: string, generation: string): Promise<boolean> {
    const current = await this.#connection.command('HGET', keysOf(this.#prefix, document).head, 'cp')
    return current === null || textIn(current) !== generation
  }
}

function placeIn(fields: ReadonlyMap<string, Buffer>, document: string): Place {
  const [epoch, position, tip] = [fields.get('epoch'), fields.get('position'), fields.get('tip')]
  if (epoch === undefined || position === undefined || tip === undefined) {
    throw new CorruptRecordError(document, undefined, 'its head lacks epoch, position or tip')
  }
  return { epoch: epoch.toString(), position: numberIn(position), tip: tip.toString() }
}

/** Entries from a position on, with no gap up to the head. What lies before is covered and not yet trimmed. */
function entriesIn(reply: unknown, document: string, from: number, head: Place): Entry[] {
  const entries: Entry[] = []
  for (const item of listIn(reply)) {
    const [id, fields] = listIn(item)
    const position = Number.parseInt(textIn(id), 10)
    if (position < from) continue
    const expected = from + entries.length
    if (position !== expected) throw new CorruptRecordError(document, expected, 'the entry is missing')
    if (position > head.position) throw new CorruptRecordError(document, position, 'the log goes on past its head')
    const record = fieldsIn(fields).get('r')
    if (record === undefined) throw new CorruptRecordError(document, position, 'the entry has no record')
    entries.push(decodeEntry(record, document, position))
  }
  const next = from + entries.length
  if (next <= head.position) throw new CorruptRecordError(document, next, 'the entry is missing')
  const last = entries.at(-1)
  if (last !== undefined && last.tip !== head.tip) {
    throw new CorruptRecordError(document, last.position, 'the last entry is not the one that the head names')
  }
  return entries
}

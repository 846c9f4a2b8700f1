import { assertAppendable, assertTime } from '../checked-arguments.ts'
import type { AppendReceipt, AppendRequest, Checkpoint, DocumentLog, LoadedDocument, Place } from '../document-log.ts'
import { DocumentDeletedError, DocumentNotFoundError, EpochMismatchError, TipMovedError } from '../errors.ts'
import { randomId } from '../random-id.ts'
import { encodeEntry } from '../record.ts'
import { appendScript } from './append-script.ts'
import type { CatalogIndex } from './catalog-index.ts'
import { beginDocument } from './begin-document.ts'
import { CheckpointWriter } from './checkpoint-writer.ts'
import { DocumentReader } from './document-reader.ts'
import { keysOf } from './keys.ts'
import type { Argument, RedisConnection } from './redis-connection.ts'
import { listIn, numberIn, textIn } from './replies.ts'

/**
 * The log in Redis. A caller has one append of a document under way at a time: Redis remembers each node's last token only,
 * so one that is repeated after a later one would be appended again.
 */
export class RedisLog implements DocumentLog {
  readonly #connection: RedisConnection
  readonly #prefix: string
  readonly #origin: string
  readonly #index: CatalogIndex
  readonly #reader: DocumentReader
  readonly #checkpoints: CheckpointWriter

  /** @param origin random id of this node, which its appends and relay messages carry */
  constructor(connection: RedisConnection, prefix: string, origin: string, index: CatalogIndex) {
    this.#connection = connection
    this.#prefix = prefix
    this.#origin = origin
    this.#index = index
    this.#reader = new DocumentReader(connection, prefix)
    this.#checkpoints = new CheckpointWriter(connection, prefix)
  }

  load(document: string): Promise<LoadedDocument> {
    return this.#connection.perform(document, () => this.#reader.load(document, undefined))
  }

  read(document: string, from: number): Promise<LoadedDocument> {
    return this.#connection.perform(document, () => this.#reader.load(document, from))
  }

  append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    return this.#connection.perform(document, () => this.#append(document, request))
  }

  async #append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    assertAppendable(request)
    const { epoch, token, entries, after } = request
    const keys = keysOf(this.#prefix, document)
    const newest = entries.reduce((latest, { at }) => Math.max(latest, at), Number.MIN_SAFE_INTEGER)
    const parameters: Argument[] = [
      keys.relay,
      this.#origin,
      epoch,
      token,
      newest,
      after === undefined ? '' : `=${after}`,
    ]
    for (const entry of entries) {
      const tip = randomId()
      parameters.push(tip, encodeEntry({ ...entry, tip }))
    }
    const reply = listIn(await this.#connection.run(appendScript, [keys.head, keys.log], parameters))
    const [outcome, ...rest] = reply
    switch (textIn(outcome)) {
      case 'missing':
        throw new DocumentNotFoundError(document)
      case 'deleted':
        throw new DocumentDeletedError(document)
      case 'epoch':
        throw new EpochMismatchError(document, epoch, textIn(rest[0]))
      case 'tip':
        throw new TipMovedError(document, after ?? '', textIn(rest[0]))
      default: {
        const [first, last, previousTip, tip] = rest
        this.#index.touch(document, newest)
        return {
          epoch,
          first: numberIn(first),
          last: numberIn(last),
          previousTip: textIn(previousTip),
          tip: textIn(tip),
        }
      }
    }
  }

  heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    return this.#connection.perform(undefined, () => Promise.all(documents.map((document) => this.#head(document))))
  }

  async #head(document: string): Promise<Place | undefined> {
    const { head } = keysOf(this.#prefix, document)
    const reply = await this.#connection.command('HMGET', head, 'epoch', 'position', 'tip', 'deleted')
    const [epoch, position, tip, deleted] = listIn(reply)
    if (epoch === null || deleted !== null) return undefined
    return { epoch: textIn(epoch), position: numberIn(position), tip: textIn(tip) }
  }

  begin(document: string, at: number): Promise<Place> {
    return this.#connection.perform(document, async () => {
      assertTime(at)
      const made = { id: document, title: '', createdBy: '', at }
      await beginDocument(this.#connection, this.#prefix, this.#index, 'create', made)
      const head = await this.#head(document)
      if (head === undefined) throw new DocumentDeletedError(document)
      return head
    })
  }

  replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    return this.#connection.perform(document, () => this.#checkpoints.write(document, checkpoint, replaces))
  }
}

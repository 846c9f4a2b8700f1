import type { Place } from '../document-log.ts'
import {
  CorruptRecordError,
  DocumentDeletedError,
  DocumentNotFoundError,
  DocumentTrashedError,
  StoreUnavailableError,
} from '../errors.ts'
import { type Formats, reads, unreadable } from '../formats.ts'
import type { LaneAppend } from './append-lane.ts'
import { DocumentKeys } from './document-keys.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, numberIn } from './reply.ts'
import { trashedAt } from './trash-mark.ts'
import { storeErrorOf } from './reply-errors.ts'
import type { Routes } from './routes.ts'
import type { RedisScript } from './scripts/redis-script.ts'

/** What `head` says of a document that exists. */
export interface StoredHead {
  readonly place: Place
  readonly checkpoint: StoredCheckpoint | undefined
  /** When the last entry was appended, or the title changed. */
  readonly updated: number
  readonly bytes: number
}

/** Where the checkpoint in place is kept, and what it covers. */
export interface StoredCheckpoint {
  readonly generation: string
  readonly position: number
  readonly tip: string
}

/** A head that is there, whether its document exists, is in the trash, since then, or was deleted. */
export type FoundHead =
  | { readonly deleted: true; readonly epoch: string }
  | ({ readonly deleted: false; readonly trashed: number | undefined } & StoredHead)

const headFields = [
  'format',
  'epoch',
  'deleted',
  'position',
  'tip',
  'total',
  'updated',
  'checkpoint:generation',
  'checkpoint:position',
  'checkpoint:tip',
  'checkpoint:total',
  'checkpoint:bytes',
]

/** Sends to whichever master has a document, and makes the store's errors of what goes wrong. */
export class DocumentAccess {
  readonly routes: Routes
  readonly prefix: string
  readonly formats: Formats

  constructor(routes: Routes, prefix: string, formats: Formats) {
    this.routes = routes
    this.prefix = prefix
    this.formats = formats
  }

  keys(document: string): DocumentKeys {
    return new DocumentKeys(this.prefix, document)
  }

  /** @throws CorruptRecordError where a key is of another type; StoreUnavailableError */
  async call(document: string, key: string, command: string, args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.routes.at(key, ({ commands }, asking) => commands.call(command, [key, ...args], asking))
    } catch (error) {
      throw this.#failure(error, document)
    }
  }

  /** @throws as `call` */
  async run(
    document: string,
    script: RedisScript,
    keys: readonly [string, ...string[]],
    args: readonly Argument[],
  ): Promise<unknown> {
    try {
      return await this.routes.at(keys[0], ({ commands }, asking) => commands.run(script, keys, args, asking))
    } catch (error) {
      throw this.#failure(error, document)
    }
  }

  /** Runs what has to be durable when it resolves. @throws as `call` */
  async append(document: string, key: string, append: Omit<LaneAppend, 'asking'>): Promise<unknown> {
    try {
      return await this.routes.at(key, ({ appends }, asking) => appends.run({ ...append, asking }))
    } catch (error) {
      throw this.#failure(error, document)
    }
  }

  /** The head, or undefined where the document never was. @throws as `call` */
  async findHead(document: string): Promise<FoundHead | undefined> {
    const reply = await this.call(document, this.keys(document).head, 'HMGET', headFields)
    return headIn(reply, document, this.formats)
  }

  /** @throws DocumentNotFoundError, DocumentDeletedError; and as `call` */
  async head(document: string): Promise<StoredHead> {
    const found = await this.findHead(document)
    if (found === undefined) throw new DocumentNotFoundError(document)
    if (found.deleted) throw new DocumentDeletedError(document)
    if (found.trashed !== undefined) throw new DocumentTrashedError(document)
    return found
  }

  /** Why a document counts as deleted: it is in the trash, or it is gone. @throws as `call` */
  async goneError(document: string): Promise<DocumentDeletedError> {
    const found = await this.findHead(document)
    return found?.deleted === false ? new DocumentTrashedError(document) : new DocumentDeletedError(document)
  }

  #failure(error: unknown, document: string): Error {
    const failure = storeErrorOf(error, document, this.prefix)
    if (failure instanceof StoreUnavailableError) this.routes.suspect()
    return failure
  }
}

function headIn(reply: unknown, document: string, formats: Formats): FoundHead | undefined {
  const fields = listIn(reply)
  const [format, epoch, deleted] = fields.slice(0, 3).map(maybeTextIn)
  if (epoch === undefined) return undefined
  if (!reads(formats, Number(format))) throw unknownHead(document, format, formats)
  const trashed = trashedAt(deleted)
  if (deleted !== undefined && trashed === undefined) return { deleted: true, epoch }
  const [, , , position, tip, total, updated, generation, covered, checkpointTip, coveredTotal, checkpointBytes] =
    fields
  const name = maybeTextIn(generation)
  const place: Place = { epoch, position: numberIn(position), tip: maybeTextIn(tip) ?? '' }
  const times = { place, updated: numberIn(updated) }
  if (name === undefined) return { deleted: false, trashed, ...times, checkpoint: undefined, bytes: numberIn(total) }
  return {
    deleted: false,
    trashed,
    ...times,
    checkpoint: { generation: name, position: numberIn(covered), tip: maybeTextIn(checkpointTip) ?? '' },
    bytes: numberIn(total) - numberIn(coveredTotal) + numberIn(checkpointBytes),
  }
}

/** The error for a head that a newer Weft wrote, or somebody else. */
export function unknownHead(document: string, format: string | undefined, formats: Formats): CorruptRecordError {
  return new CorruptRecordError(document, undefined, unreadable('head', format, formats))
}

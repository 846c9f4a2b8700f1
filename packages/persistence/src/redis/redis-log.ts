import { assertAppendable, assertTime } from '../checked-arguments.ts'
import type {
  AppendReceipt,
  AppendRequest,
  Checkpoint,
  CheckpointReader,
  DocumentLog,
  LoadedDocument,
  NewEntry,
  Place,
} from '../document-log.ts'
import { DocumentNotFoundError, EpochMismatchError, StoreUnavailableError, TipMovedError } from '../errors.ts'
import { continuedEpoch } from '../new-epoch.ts'
import type { Formats } from '../formats.ts'
import { randomId } from '../random-id.ts'
import { encodeEntry } from '../record.ts'
import type { CheckpointWriter } from './checkpoint-writer.ts'
import { type DocumentAccess, unknownHead } from './document-access.ts'
import type { DocumentLives } from './document-lives.ts'
import { DocumentReader } from './document-reader.ts'
import type { ListingIndex } from './listing-index.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, numberIn, textIn } from './reply.ts'
import { appendScript } from './scripts/append.ts'
import { formatArguments } from './scripts/format-check.ts'

/** Heads that are asked for at once: between two such groups the event loop is free. */
const headsPerTurn = 500

/** Without the format: who reads on from a place that this version cannot read is told so then, with what is there. */
const placeFields = ['epoch', 'deleted', 'position', 'tip']

/** What the log works on. */
export interface RedisLogParts {
  readonly access: DocumentAccess
  readonly lives: DocumentLives
  readonly checkpoints: CheckpointWriter
  readonly index: ListingIndex
  /** The node's name: each node's last token is kept. */
  readonly node: string
  readonly now: () => number
}

/** The log in Redis. An append and its relay message are one script, so that nodes hear only of what is in the log. */
export class RedisLog implements DocumentLog {
  readonly #parts: RedisLogParts
  readonly #reader: DocumentReader

  constructor(parts: RedisLogParts) {
    this.#parts = parts
    this.#reader = new DocumentReader(parts.access)
  }

  load(document: string, reader?: CheckpointReader): Promise<LoadedDocument> {
    return this.#reader.load(document, undefined, reader)
  }

  read(document: string, from: number): Promise<LoadedDocument> {
    return this.#reader.load(document, from)
  }

  async append(document: string, request: AppendRequest): Promise<AppendReceipt> {
    assertAppendable(request)
    const { access, index, node, now } = this.#parts
    const { head, log, relay } = access.keys(document)
    const { epoch, token, entries, after } = request
    const at = Math.max(...entries.map((entry) => entry.at))
    const condition = after === undefined ? [0, ''] : [1, after]
    const { formats } = access
    const times = [at, relay, Math.floor(now())]
    const records = entries.flatMap((entry) => newRecord(entry, formats))
    const args = [epoch, node, token, ...condition, ...times, ...formatArguments(formats), ...records]
    index.changed(document)
    const reply = await access.append(document, head, {
      script: appendScript,
      keys: [head, log],
      args,
      wrote: appended,
    })
    if (textIn(listIn(reply)[0]) === 'deleted') throw await access.goneError(document)
    const receipt = receiptIn(reply, document, request, formats)
    index.changed(document)
    return receipt
  }

  async replaceCheckpoint(document: string, checkpoint: Checkpoint, replaces: string | undefined): Promise<boolean> {
    const { checkpoints, index } = this.#parts
    const replaced = await checkpoints.write(document, checkpoint, replaces)
    // The listing shows how large it is.
    if (replaced) index.changed(document)
    return replaced
  }

  async heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    const heads: (Place | undefined)[] = []
    for (let start = 0; start < documents.length; start += headsPerTurn) {
      if (start > 0) await new Promise((resume) => setImmediate(resume))
      const group = documents.slice(start, start + headsPerTurn)
      heads.push(...(await Promise.all(group.map((document) => this.#place(document)))))
    }
    return heads
  }

  async begin(document: string, lost: string, at: number): Promise<Place> {
    assertTime(at)
    await this.#parts.lives.create({ id: document, title: '', createdBy: '', at }, continuedEpoch(lost))
    const place = await this.#place(document)
    // Whoever was faster than this read deleted it.
    if (place === undefined) throw await this.#parts.access.goneError(document)
    return place
  }

  async #place(document: string): Promise<Place | undefined> {
    const { access } = this.#parts
    const reply = await access.call(document, access.keys(document).head, 'HMGET', placeFields)
    const [epoch, deleted, position, tip] = listIn(reply).map(maybeTextIn)
    if (epoch === undefined || deleted !== undefined) return undefined
    return { epoch, position: numberIn(position), tip: tip ?? '' }
  }
}

function newRecord(entry: NewEntry, formats: Formats): Argument[] {
  const tip = randomId()
  return [tip, encodeEntry({ ...entry, tip }, formats)]
}

function appended(reply: unknown): boolean {
  return Array.isArray(reply) && textIn(reply[0]) === 'appended'
}

function receiptIn(
  reply: unknown,
  document: string,
  { epoch, after = '' }: AppendRequest,
  formats: Formats,
): AppendReceipt {
  const [outcome, ...rest] = listIn(reply)
  const [first, last, previousTip = '', tip = ''] = rest.map(textIn)
  switch (textIn(outcome)) {
    case 'appended':
      return { epoch, first: numberIn(first), last: numberIn(last), previousTip, tip }
    case 'missing':
      throw new DocumentNotFoundError(document)
    case 'epoch':
      throw new EpochMismatchError(document, epoch, first ?? '')
    case 'tip':
      throw new TipMovedError(document, after, first ?? '')
    case 'format':
      throw unknownHead(document, first, formats)
    default:
      throw new StoreUnavailableError('Redis gave a strange answer to an append')
  }
}

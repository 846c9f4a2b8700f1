import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  type DocumentCounts,
  type DocumentListing,
  type DocumentRecord,
  type DocumentRecordPage,
  type TrashListing,
  type TrashPage,
  InvalidCursorError,
} from '../document-catalog.ts'
import type { Checkpoint, CheckpointReader, Entry, LoadedDocument, Place } from '../document-log.ts'
import { StoreUnavailableError } from '../errors.ts'
import type { StoredFileRecord } from '../file-codec.ts'
import type { Formats } from '../formats.ts'
import { workerFile } from '../worker-file.ts'
import { pageOfRows } from './listed-rows.ts'
import type { EntryRun, FromReadThread, ReadAnswers, ReadReply, ReadRequest, ToReadThread } from './read-requests.ts'
import { refusalError } from './refusal-error.ts'

interface Pending {
  readonly document: string
  readonly reader: CheckpointReader | undefined
  checkpoint: Omit<Checkpoint, 'chunks'> | undefined
  readonly chunks: Uint8Array[]
  readonly entries: Entry[]
  readonly resolve: (answer: ReadAnswers[keyof ReadAnswers]) => void
  readonly reject: (error: Error) => void
}

/** How long the thread is kept when nobody asks anything, in milliseconds. It takes about 40 ms to start again. */
const defaultIdleMilliseconds = 60_000

/**
 * The thread that reads: documents and the catalog, on a connection of its own, beside whatever is being written. It is
 * there while it is asked things, because a thread costs an idle server several megabytes.
 */
export class ReadThread {
  readonly #folder: string
  readonly #formats: Formats
  readonly #idleMilliseconds: number
  readonly #pending = new Map<number, Pending>()
  /** What the thread is asked at the end of this turn. */
  #questions: ToReadThread[] = []
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #whenAnswered: (() => void) | undefined
  #lastId = 0
  #closed = false

  constructor(folder: string, formats: Formats, idleMilliseconds: number = defaultIdleMilliseconds) {
    this.#folder = folder
    this.#formats = formats
    this.#idleMilliseconds = idleMilliseconds
  }

  /** Whether the thread is there. */
  get running(): boolean {
    return this.#worker !== undefined
  }

  /**
   * @param reader hears of the checkpoint as it comes
   * @throws DocumentNotFoundError, DocumentDeletedError, CorruptRecordError, StoreUnavailableError
   */
  async load(document: string, from: number | undefined, reader?: CheckpointReader): Promise<LoadedDocument> {
    const answer = await this.#ask({ type: 'load', document, from }, document, reader)
    if (answer === undefined || !('head' in answer)) throw strange()
    return answer
  }

  /** @throws StoreUnavailableError */
  async heads(documents: readonly string[]): Promise<readonly (Place | undefined)[]> {
    const answer = await this.#ask({ type: 'heads', documents }, '')
    if (answer === undefined || !('heads' in answer)) throw strange()
    return answer.heads
  }

  /** @throws StoreUnavailableError */
  async get(document: string): Promise<DocumentRecord | undefined> {
    const answer = await this.#ask({ type: 'get', document }, document)
    if (answer !== undefined && !('id' in answer)) throw strange()
    return answer
  }

  /** @throws InvalidCursorError, StoreUnavailableError */
  async list(listing: DocumentListing): Promise<DocumentRecordPage> {
    const answer = await this.#ask({ type: 'list', listing }, '')
    if (answer === undefined || !('records' in answer)) throw strange()
    return pageOfRows(listing, answer)
  }

  /** @throws StoreUnavailableError */
  async creatorOf(document: string): Promise<string | undefined> {
    const answer = await this.#ask({ type: 'creator', document }, document)
    if (answer === undefined || !('creator' in answer)) throw strange()
    return answer.creator
  }

  /** @throws StoreUnavailableError */
  async count(): Promise<DocumentCounts> {
    const answer = await this.#ask({ type: 'count' }, '')
    if (answer === undefined || !('counts' in answer)) throw strange()
    return answer.counts
  }

  /** @throws InvalidCursorError, StoreUnavailableError */
  async listTrash(listing: TrashListing): Promise<TrashPage> {
    const answer = await this.#ask({ type: 'list-trash', listing }, '')
    if (answer === undefined || !('trash' in answer)) throw strange()
    return answer.trash
  }

  /** @throws as `load` */
  async files(document: string, hash?: string): Promise<readonly StoredFileRecord[]> {
    const answer = await this.#ask({ type: 'files', document, hash }, document)
    if (answer === undefined || !('files' in answer)) throw strange()
    return answer.files
  }

  /** @returns undefined where the document has no such file @throws as `load` */
  async fileChunk(document: string, hash: string, number: number): Promise<Uint8Array | undefined> {
    const answer = await this.#ask({ type: 'file-chunk', document, hash, number }, document)
    if (answer === undefined || !('content' in answer)) throw strange()
    return answer.content
  }

  /** Resolves when the thread has ended, for want of anything to do or otherwise. */
  async idle(): Promise<void> {
    const worker = this.#worker
    if (worker !== undefined) await once(worker, 'exit')
  }

  /** Lets what was asked be answered, then ends the thread. */
  async close(): Promise<void> {
    this.#closed = true
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#whenAnswered = resolve))
    await this.#stop()
  }

  #ask(request: ReadRequest, document: string, reader?: CheckpointReader): Promise<ReadAnswers[keyof ReadAnswers]> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError('the store is closed'))
    clearTimeout(this.#idle)
    const worker = (this.#worker ??= this.#start())
    worker.ref()
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      this.#pending.set(id, { document, reader, checkpoint: undefined, chunks: [], entries: [], resolve, reject })
      this.#send({ id, request })
    })
  }

  /** What is asked in one turn of the event loop goes out together: waking the thread costs more than most answers. */
  #send(question: ToReadThread): void {
    this.#questions.push(question)
    if (this.#questions.length > 1) return
    setImmediate(() => {
      const questions = this.#questions
      this.#questions = []
      if (questions.length > 0) this.#worker?.postMessage(questions)
    })
  }

  #start(): Worker {
    const worker = new Worker(workerFile('read-worker', import.meta.url), {
      name: 'weft-sqlite-read',
      workerData: { folder: this.#folder, formats: this.#formats },
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 },
    })
    let failure: unknown
    worker.on('message', (message: FromReadThread) => this.#receive(message))
    worker.on('error', (error: unknown) => {
      failure = error
    })
    worker.on('exit', () => {
      // One that was stopped has nothing pending, and may have been replaced already.
      if (this.#worker !== worker) return
      this.#worker = undefined
      const reason = failure instanceof Error ? `: ${failure.message}` : ''
      const error = new StoreUnavailableError(`the thread that reads the store ended${reason}`, { cause: failure })
      for (const { reject } of this.#pending.values()) reject(error)
      this.#pending.clear()
      this.#questions = []
      this.#whenAnswered?.()
    })
    return worker
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
  }

  #receive({ id, reply }: FromReadThread): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    if (reply.type === 'checkpoint') {
      pending.checkpoint = reply.checkpoint
      pending.reader?.begin(reply.checkpoint)
      return
    }
    if (reply.type === 'chunk') {
      pending.chunks.push(reply.chunk)
      pending.reader?.chunk(reply.chunk)
      return
    }
    if (reply.type === 'entries') {
      unpack(reply.run, pending.entries)
      return
    }
    this.#pending.delete(id)
    finish(pending, reply)
    if (this.#pending.size > 0) return
    this.#worker?.unref()
    this.#whenAnswered?.()
    this.#idle = setTimeout(() => void this.#stop(), this.#idleMilliseconds).unref()
  }
}

function finish(pending: Pending, reply: Exclude<ReadReply, { type: 'checkpoint' | 'chunk' | 'entries' }>): void {
  const { document, checkpoint, chunks, entries, resolve, reject } = pending
  switch (reply.type) {
    case 'loaded':
      resolve({ head: reply.head, checkpoint: checkpoint && { ...checkpoint, chunks }, entries })
      return
    case 'heads':
      resolve({ heads: reply.heads })
      return
    case 'record':
      resolve(reply.record)
      return
    case 'creator':
      resolve({ creator: reply.creator })
      return
    case 'counts':
      resolve({ counts: reply.counts })
      return
    case 'page':
      resolve(reply.page)
      return
    case 'trash':
      resolve({ trash: reply.page })
      return
    case 'files':
      resolve({ files: reply.files })
      return
    case 'file-chunk':
      resolve({ content: reply.content })
      return
    case 'refused':
      reject(refusalError(document, reply.refusal))
      return
    case 'bad-cursor':
      reject(new InvalidCursorError(reply.message))
      return
    case 'failed':
      reject(new StoreUnavailableError(`the store could not be read: ${reply.message}`))
  }
}

function unpack({ first, tips, actors, times, lengths, bytes }: EntryRun, entries: Entry[]): void {
  let start = 0
  for (const [index, length] of lengths.entries()) {
    entries.push({
      position: first + index,
      tip: tips[index] ?? '',
      actor: actors[index] ?? '',
      at: times[index] ?? 0,
      update: new Uint8Array(bytes, start, length),
    })
    start += length
  }
}

function strange(): StoreUnavailableError {
  return new StoreUnavailableError('the thread that reads the store gave an answer to another question')
}

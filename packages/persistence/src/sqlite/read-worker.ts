import { parentPort, workerData } from 'node:worker_threads'
import { InvalidCursorError } from '../document-catalog.ts'
import { CorruptRecordError, DocumentDeletedError, DocumentNotFoundError, DocumentTrashedError } from '../errors.ts'
import { CatalogReader } from './catalog-reader.ts'
import { connectionSettingsOf, openForReading, resultCodeOf, resultCodes } from './connection.ts'
import { DocumentReader, type Emit } from './document-reader.ts'
import { FileReader } from './file-reader.ts'
import type { FromReadThread, ReadReply, ReadRequest, ToReadThread } from './read-requests.ts'

const { folder, formats } = connectionSettingsOf(workerData)
const database = openForReading(folder)
const documents = new DocumentReader(database, formats)
const catalog = new CatalogReader(database)
const files = new FileReader(database, formats)

parentPort?.on('message', (questions: readonly ToReadThread[]) => questions.forEach(answerTo))

function answerTo({ id, request }: ToReadThread): void {
  const emit: Emit = (reply, transfer) => {
    const message: FromReadThread = { id, reply }
    parentPort?.postMessage(message, transfer)
  }
  try {
    answer(request, emit)
  } catch (error) {
    emit(failureOf(error, request), [])
  }
}

function answer(request: ReadRequest, emit: Emit): void {
  switch (request.type) {
    case 'load':
      documents.load(request.document, request.from, emit)
      return
    case 'heads':
      emit({ type: 'heads', heads: documents.heads(request.documents) }, [])
      return
    case 'creator':
      emit({ type: 'creator', creator: catalog.creatorOf(request.document) }, [])
      return
    case 'get':
      emit({ type: 'record', record: catalog.get(request.document) }, [])
      return
    case 'count':
      emit({ type: 'counts', counts: catalog.count() }, [])
      return
    case 'list':
      emit({ type: 'page', page: catalog.list(request.listing) }, [])
      return
    case 'list-trash':
      emit({ type: 'trash', page: catalog.listTrash(request.listing) }, [])
      return
    case 'files':
      emit({ type: 'files', files: files.list(request.document, request.hash) }, [])
      return
    case 'file-chunk': {
      const content = files.chunk(request.document, request.hash, request.number)
      emit({ type: 'file-chunk', content }, content === undefined ? [] : [content.buffer])
    }
  }
}

function failureOf(error: unknown, request: ReadRequest): ReadReply {
  if (error instanceof DocumentNotFoundError) return { type: 'refused', refusal: { reason: 'not-found' } }
  if (error instanceof DocumentTrashedError) return { type: 'refused', refusal: { reason: 'trashed' } }
  if (error instanceof DocumentDeletedError) return { type: 'refused', refusal: { reason: 'deleted' } }
  if (error instanceof CorruptRecordError) {
    return { type: 'refused', refusal: { reason: 'corrupt', position: error.position, detail: error.detail } }
  }
  if (error instanceof InvalidCursorError) return { type: 'bad-cursor', message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  const code = resultCodeOf(error)
  const reads = request.type === 'load' || request.type === 'file-chunk'
  if (reads && (code === resultCodes.corrupt || code === resultCodes.notADatabase)) {
    const detail = `SQLite cannot read the file: ${message}`
    return { type: 'refused', refusal: { reason: 'corrupt', position: undefined, detail } }
  }
  return { type: 'failed', message }
}

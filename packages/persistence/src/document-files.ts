/**
 * The port to documents' files: images and attachments that belong to a document and go with it.
 *
 * @module
 */

/** What is known of a file without reading it. */
export interface FileRecord {
  /** SHA-256 of its bytes, in hexadecimal. It names the file within its document, so the same bytes are one file. */
  readonly hash: string
  /** What it was called by whoever put it there. */
  readonly name: string
  /** Its media type. */
  readonly type: string
  readonly bytes: number
  /** When it was put there, in milliseconds since 1970. */
  readonly created: number
  /** Who put it there: a token's subject, or an anonymous id. */
  readonly createdBy: string
}

/** A file that is to be kept. */
export interface NewFile extends Pick<FileRecord, 'name' | 'type' | 'created' | 'createdBy'> {
  /** Must stay as it is until the file is kept. */
  readonly content: Uint8Array
}

/** How much the files of one document may come to. */
export interface FileLimits {
  readonly files: number
  /** All of them together. */
  readonly bytes: number
}

/** What became of a file that was put. */
export interface PutFile {
  /** Of what is there now: where these bytes were there already, what was said of them first stands. */
  readonly record: FileRecord
  /** Whether it was not there before. */
  readonly added: boolean
}

/** Some of a file's bytes: from `start` up to `end`, which is not among them. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** A document has no such file. */
export class FileNotFoundError extends Error {
  override readonly name = 'FileNotFoundError'

  constructor(document: string, hash: string) {
    super(`document ${document} has no file ${hash}`)
  }
}

/** A document takes no more files. Nothing was kept. */
export class FilesFullError extends Error {
  override readonly name = 'FilesFullError'

  constructor(document: string, { files, bytes }: FileLimits) {
    super(`document ${document} may have ${files} files of ${bytes} bytes together: remove some first`)
  }
}

/**
 * The files of documents. All methods reject as `DocumentLog.load` does where there is no such document. Files are gone with
 * the document (L5), and are not in the catalog's `bytes`.
 */
export interface DocumentFiles {
  /**
   * Keeps a file. When this resolves it is durable and whole; when it rejects it may be kept all the same, but never a part.
   *
   * @throws FilesFullError, DocumentNotFoundError, DocumentDeletedError, StoreUnavailableError
   */
  put(document: string, file: NewFile, limits: FileLimits): Promise<PutFile>

  /** All of a document's files, the oldest first. @throws as `load` */
  list(document: string): Promise<readonly FileRecord[]>

  /** One file; undefined where the document has none of this name. @throws as `load` */
  get(document: string, hash: string): Promise<FileRecord | undefined>

  /**
   * A file's bytes, a part at a time as they are asked for, so that a large file is never in memory.
   *
   * @param range a part of them; all where it is left away
   * @throws FileNotFoundError, also where it is removed meanwhile; CorruptRecordError; and as `load`
   */
  read(document: string, hash: string, range?: ByteRange): AsyncIterable<Uint8Array>

  /** Removes a file. @returns whether it was there @throws as `load` */
  remove(document: string, hash: string): Promise<boolean>
}

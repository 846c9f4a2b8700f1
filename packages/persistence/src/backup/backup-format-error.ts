/** A backup cannot be read (docs/backup-format.md). What came before the place that is named was read, and stands. */
export class BackupFormatError extends Error {
  override readonly name = 'BackupFormatError'
  /** Bytes of the backup before the record, or the part of it, that cannot be read. */
  readonly offset: number
  /** The document that it is in; undefined outside of any. */
  readonly document: string | undefined

  constructor(offset: number, document: string | undefined, detail: string, options?: ErrorOptions) {
    const where = document === undefined ? '' : `, in document ${document}`
    super(`the backup cannot be read at byte ${offset}${where}: ${detail}`, options)
    this.offset = offset
    this.document = document
  }
}

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { currentFormats, type Formats } from '../formats.ts'

/** How a connection to a store's database is opened. */
export interface ConnectionSettings {
  readonly folder: string
  readonly synchronous: 'FULL' | 'OFF'
  /** Most pages of 4 KiB that the database may grow to; undefined for as many as the disk takes. */
  readonly maxPages: number | undefined
  readonly formats: Formats
}

/** The store's database in its folder. */
export function databaseFile(folder: string): string {
  return join(folder, 'weft.db')
}

/**
 * What a thread is started with, where it was started by us.
 *
 * @throws TypeError
 */
export function connectionSettingsOf(data: unknown): ConnectionSettings {
  if (!isRecord(data) || typeof data['folder'] !== 'string') throw new TypeError('a store thread needs a folder')
  const { folder, synchronous, maxPages, formats } = data
  return {
    folder,
    synchronous: synchronous === 'OFF' ? 'OFF' : 'FULL',
    maxPages: typeof maxPages === 'number' ? maxPages : undefined,
    formats: isFormats(formats) ? formats : currentFormats,
  }
}

function isFormats(data: unknown): data is Formats {
  return isRecord(data) && [data['oldest'], data['newest'], data['written']].every(Number.isInteger)
}

function isRecord(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null
}

/**
 * Pages that the write-ahead log gathers before they are written to their places, 4 MiB. More would be written no less often,
 * since most commits touch different pages, and would hold up the commits behind it for longer.
 */
const pagesPerWriteBack = 1000

/** Opens the connection that writes. */
export function openForWriting({ folder, synchronous, maxPages }: ConnectionSettings): DatabaseSync {
  const database = new DatabaseSync(databaseFile(folder))
  // macOS keeps what fsync was given in the drive's cache, unless it is asked for a full one; elsewhere this is nothing.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = ${synchronous};
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA wal_autocheckpoint = ${pagesPerWriteBack};
    PRAGMA journal_size_limit = ${64 * 1024 * 1024};
    PRAGMA cache_size = -16000;
  `)
  if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${maxPages}`)
  return database
}

/** Opens a connection that reads. It waits for the short moments in which the write-ahead log is being recovered. */
export function openForReading(folder: string): DatabaseSync {
  const database = new DatabaseSync(databaseFile(folder), { readOnly: true, timeout: 5000 })
  database.exec('PRAGMA cache_size = -8000')
  return database
}

/** The SQLite result code of an error that `node:sqlite` threw: 13 for a full disk, and so on; undefined for any other. */
export function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  // The upper bits say more about some codes.
  return error.errcode & 0xff
}

/** https://sqlite.org/rescode.html */
export const resultCodes = {
  permission: 3,
  busy: 5,
  readOnly: 8,
  corrupt: 11,
  cannotOpen: 14,
  notADatabase: 26,
} as const

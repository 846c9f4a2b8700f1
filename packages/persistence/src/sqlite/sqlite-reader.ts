import { existsSync } from 'node:fs'
import { StoreConfigurationError } from '../errors.ts'
import { currentFormats } from '../formats.ts'
import type { StoreReader } from '../store.ts'
import { databaseFile, openForReading, resultCodeOf, resultCodes } from './connection.ts'
import { ReadThread } from './read-thread.ts'
import { assertReadable } from './schema.ts'
import { fileReads } from './sqlite-files.ts'

/**
 * Opens the store in a folder for reading only, whether or not another process holds it: SQLite lets one write and any number
 * read. Each read sees the store at one moment, and keeps nobody waiting who writes.
 *
 * @throws StoreConfigurationError where there is no store, or one that cannot be read
 */
export function openSqliteReader(folder: string): StoreReader {
  if (!existsSync(databaseFile(folder))) {
    throw new StoreConfigurationError(`there is no store in ${folder}: give the folder that Weft was started with`)
  }
  checkDatabase(folder)
  const reads = new ReadThread(folder, currentFormats)
  return {
    log: {
      load: (document) => reads.load(document, undefined),
      heads: (documents) => reads.heads(documents),
    },
    catalog: {
      get: (document) => reads.get(document),
      list: (listing) => reads.list(listing),
    },
    files: fileReads(reads),
    close: () => reads.close(),
  }
}

function checkDatabase(folder: string): void {
  try {
    const database = openForReading(folder)
    try {
      assertReadable(database, folder, currentFormats)
    } finally {
      database.close()
    }
  } catch (cause) {
    switch (resultCodeOf(cause)) {
      case undefined:
        throw cause
      case resultCodes.notADatabase:
      case resultCodes.corrupt:
        throw new StoreConfigurationError(`weft.db in ${folder} is damaged or no SQLite database`, { cause })
      default:
        // SQLite keeps what its readers agree on in a file beside the database, so reading takes writing too.
        throw new StoreConfigurationError(
          `the store in ${folder} cannot be read: run this as the user that Weft runs as, who may write to the folder`,
          { cause },
        )
    }
  }
}

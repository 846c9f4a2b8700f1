import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StoreDamage, StoreFixture } from '../src/contract/store-fixture.ts'
import { databaseFile } from '../src/sqlite/connection.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'

/** A folder for a store, which is gone when the test is over. */
export async function makeStoreFolder(): Promise<AsyncDisposable & { readonly folder: string }> {
  const parent = await mkdtemp(join(tmpdir(), 'weft-store-'))
  return {
    folder: join(parent, 'store'),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

/** A SQLite store to be put to the contract. */
export async function makeSqliteFixture(): Promise<StoreFixture> {
  const made = await makeStoreFolder()
  const { folder } = made
  return {
    open: () => openSqliteStore(folder),
    dispose: async () => made[Symbol.asyncDispose](),
    url: `sqlite:${folder}`,
    damage: damageOf(folder),
  }
}

/** Runs SQL on the database of a store that is closed, and gives the rows. */
export function tamper(folder: string, sql: string, ...parameters: (string | number)[]): unknown[] {
  const database = new DatabaseSync(databaseFile(folder))
  try {
    return database.prepare(sql).all(...parameters)
  } finally {
    database.close()
  }
}

function damageOf(folder: string): StoreDamage {
  const key = '(SELECT key FROM documents WHERE id = ?)'
  const file = `(SELECT key FROM files WHERE document = ${key} AND hash = ? AND state = 'there')`
  // The bit-wise operators of SQLite do not work on bytes: the middle byte is replaced by one that it is not.
  const flipped = `substr(record, 1, length(record) / 2)
    || CASE WHEN substr(record, length(record) / 2 + 1, 1) = x'00' THEN x'01' ELSE x'00' END
    || substr(record, length(record) / 2 + 2)`
  const run = async (sql: string, ...parameters: (string | number)[]): Promise<void> => {
    const changed = tamper(folder, `${sql} RETURNING 1`, ...parameters)
    if (changed.length !== 1) throw new Error(`${sql} changed ${changed.length} rows`)
  }
  return {
    flipEntry: (document, position) =>
      run(
        `UPDATE entries SET record = CAST(${flipped} AS BLOB) WHERE document = ${key} AND position = ?`,
        document,
        position,
      ),
    ageEntry: (document, position) =>
      run(
        `UPDATE entries SET record = CAST(x'09' || substr(record, 2) AS BLOB) WHERE document = ${key} AND position = ?`,
        document,
        position,
      ),
    removeEntry: (document, position) =>
      run(`DELETE FROM entries WHERE document = ${key} AND position = ?`, document, position),
    flipChunk: (document, number) =>
      run(
        `UPDATE chunks SET record = CAST(${flipped} AS BLOB) WHERE document = ${key} AND number = ?`,
        document,
        number,
      ),
    removeChunk: (document, number) =>
      run(`DELETE FROM chunks WHERE document = ${key} AND number = ?`, document, number),
    removeHeader: (document) => run(`DELETE FROM checkpoints WHERE document = ${key}`, document),
    flipFileChunk: (document, hash, number) =>
      run(
        `UPDATE file_chunks SET record = CAST(${flipped} AS BLOB) WHERE file = ${file} AND number = ?`,
        document,
        hash,
        number,
      ),
    removeFileChunk: (document, hash, number) =>
      run(`DELETE FROM file_chunks WHERE file = ${file} AND number = ?`, document, hash, number),
  }
}

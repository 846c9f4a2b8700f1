import type { DatabaseSync } from 'node:sqlite'
import { StoreConfigurationError } from '../errors.ts'
import { indexTitles } from './title-index.ts'
import { type Formats, reads, unreadable } from '../formats.ts'

/** `weft` in ASCII: says whose file this is, also to the `file` command. */
const applicationId = 0x77656674

/*
 * documents  One row for each id that ever was. A row's key names one life of a document: deletion takes the row away and
 *            puts a tombstone with a new key in its place, so that what is left of the old life can be swept away later.
 *            `deleted` is null, or when it was deleted, or, for one in the trash, a number below 0 (trash.ts): so it counts as deleted
 *            wherever the trash is not asked for.
 * entries    The log. Entries up to the checkpoint's position count as trimmed at once; the sweep removes them.
 * checkpoints, chunks  Of the generation that `documents` names, of one that is being written, or of one to be swept.
 * by_update, by_creation  The catalog's orders by time, once for each scope of a document (listing-index.ts). In by_update
 *            stands also what is in the trash, in a scope of its own.
 * unlisted   Documents that were appended to and stand in by_update under the time that is here, in place of their row's (update-order.ts).
 * outlines   How the chunks of a generation go together, where that was made with them.
 * counts     How many documents there are, and how many are in the trash: triggers count them as they come and go.
 * title_words  The words of titles (title-index.ts).
 * files, file_chunks  Files of documents. Of those that are being written, that are there, and that are to be swept.
 * changes    Where each document is in the feed of changes; `unfed` are those that wait for their place, in the order in which they
 *            changed; `feed` is the feed's name (stored-changes.ts).
 * revocations  Tokens that were taken back, in the order in which they were.
 * collections    Small texts of the server's own.
 * garbage    What nothing refers to any more, and what an unfinished checkpoint has written so far.
 */
const tables = `
  CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    epoch TEXT NOT NULL,
    deleted INTEGER,
    position INTEGER NOT NULL DEFAULT 0,
    tip TEXT NOT NULL DEFAULT '',
    append_token TEXT,
    append_first INTEGER NOT NULL DEFAULT 0,
    append_previous_tip TEXT NOT NULL DEFAULT '',
    tail_bytes INTEGER NOT NULL DEFAULT 0,
    checkpoint_generation INTEGER,
    checkpoint_position INTEGER NOT NULL DEFAULT 0,
    checkpoint_tip TEXT,
    checkpoint_bytes INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL,
    created INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    updated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX by_name ON documents (id) WHERE deleted IS NULL;

  CREATE TABLE entries (
    document INTEGER NOT NULL,
    position INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (document, position)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE checkpoints (
    document INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    header BLOB NOT NULL,
    PRIMARY KEY (document, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE chunks (
    document INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    number INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (document, generation, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE by_update (
    scope TEXT NOT NULL,
    recency INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (scope, recency, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE by_creation (
    scope TEXT NOT NULL,
    recency INTEGER NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (scope, recency, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE garbage (
    document INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('document', 'entries', 'checkpoint')),
    bound INTEGER NOT NULL,
    abandoned INTEGER NOT NULL,
    PRIMARY KEY (document, kind, bound)
  ) STRICT, WITHOUT ROWID;
`

/** A store from before there were any has no such tables, and is otherwise the same. */
const laterTables = `
  CREATE TABLE IF NOT EXISTS revocations (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    until INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS outlines (
    document INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (document, generation)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS unlisted (
    id TEXT PRIMARY KEY,
    listed INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS title_words (
    word TEXT NOT NULL,
    id TEXT NOT NULL,
    PRIMARY KEY (word, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS changes (
    id TEXT PRIMARY KEY,
    place INTEGER NOT NULL UNIQUE,
    entry TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS unfed (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS feed (name TEXT NOT NULL) STRICT;
  INSERT INTO unfed (id) SELECT id FROM documents WHERE NOT EXISTS (SELECT 1 FROM feed);
  INSERT INTO feed SELECT lower(hex(randomblob(8))) WHERE NOT EXISTS (SELECT 1 FROM feed);
  CREATE TABLE IF NOT EXISTS collections (
    collection TEXT NOT NULL,
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (collection, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS files (
    key INTEGER PRIMARY KEY,
    document INTEGER NOT NULL,
    hash TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    record BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('begun', 'there', 'swept'))
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS files_there ON files (document, hash) WHERE state = 'there';
  CREATE INDEX IF NOT EXISTS files_gone ON files (key) WHERE state <> 'there';
  CREATE TABLE IF NOT EXISTS file_chunks (
    file INTEGER NOT NULL,
    number INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (file, number)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS counts (documents INTEGER NOT NULL, trashed INTEGER NOT NULL) STRICT;
  INSERT INTO counts
    SELECT
      (SELECT count(*) FROM documents WHERE deleted IS NULL),
      (SELECT count(*) FROM documents WHERE deleted < 0)
    WHERE NOT EXISTS (SELECT 1 FROM counts);
  CREATE TRIGGER IF NOT EXISTS count_added AFTER INSERT ON documents WHEN ifnull(new.deleted, -1) < 0 BEGIN
    UPDATE counts SET documents = documents + (new.deleted IS NULL), trashed = trashed + (new.deleted IS NOT NULL);
  END;
  CREATE TRIGGER IF NOT EXISTS count_removed AFTER DELETE ON documents WHEN ifnull(old.deleted, -1) < 0 BEGIN
    UPDATE counts SET documents = documents - (old.deleted IS NULL), trashed = trashed - (old.deleted IS NOT NULL);
  END;
  CREATE TRIGGER IF NOT EXISTS count_moved AFTER UPDATE OF deleted ON documents BEGIN
    UPDATE counts SET
      documents = documents + (new.deleted IS NULL) - (old.deleted IS NULL),
      trashed = trashed + (ifnull(new.deleted, 0) < 0) - (ifnull(old.deleted, 0) < 0);
  END;
`

/**
 * Makes the tables of an empty database, or checks that those of another one can be read. The database says in which format
 * the newest of what it holds is, tables and records alike.
 *
 * @throws StoreConfigurationError where that is none that this version reads, or where it is somebody else's
 */
export function prepareSchema(database: DatabaseSync, folder: string, formats: Formats): void {
  const format = readNumber(database, 'user_version')
  const owner = readNumber(database, 'application_id')
  if (format === 0 && owner === 0 && readNumber(database, 'schema_version') === 0) {
    database.exec(`
      BEGIN IMMEDIATE;
      ${tables}
      ${laterTables}
      PRAGMA application_id = ${applicationId};
      PRAGMA user_version = ${formats.written};
      COMMIT;
    `)
    return
  }
  assertReadable(database, folder, formats)
  const indexed = database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'title_words'`).get() !== undefined
  database.exec('BEGIN IMMEDIATE')
  database.exec(laterTables)
  if (!indexed) indexTitles(database)
  database.exec('COMMIT')
  if (format < formats.written) database.exec(`PRAGMA user_version = ${formats.written}`)
}

/**
 * Checks that a database has the tables above.
 *
 * @throws StoreConfigurationError where they are from the future, or somebody else's
 */
export function assertReadable(database: DatabaseSync, folder: string, formats: Formats): void {
  const format = readNumber(database, 'user_version')
  if (readNumber(database, 'application_id') !== applicationId) {
    throw new StoreConfigurationError(`${folder} holds a database that is not Weft's: give Weft a folder of its own`)
  }
  if (!reads(formats, format)) throw new StoreConfigurationError(unreadable(`store in ${folder}`, format, formats))
}

function readNumber(database: DatabaseSync, pragma: string): number {
  const value: unknown = database.prepare(`PRAGMA ${pragma}`).get()?.[pragma]
  return typeof value === 'number' ? value : 0
}

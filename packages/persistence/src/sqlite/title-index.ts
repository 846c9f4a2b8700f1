import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { wordsOf } from '../title-words.ts'
import { textIn } from './columns.ts'

/** Keeps the words of titles: those of documents in the trash, too, which are passed over when they are found. */
export class TitleIndex {
  readonly #title: StatementSync
  readonly #insert: StatementSync
  readonly #remove: StatementSync

  constructor(database: DatabaseSync) {
    this.#title = database.prepare('SELECT title FROM documents WHERE id = ?')
    this.#insert = database.prepare('INSERT OR IGNORE INTO title_words VALUES (?, ?)')
    this.#remove = database.prepare('DELETE FROM title_words WHERE word = ? AND id = ?')
  }

  add(id: string, title: string): void {
    for (const word of wordsOf(title)) this.#insert.run(word, id)
  }

  /** Of a document that has a row. */
  titleOf(id: string): string {
    return textIn(this.#title.get(id) ?? {}, 'title')
  }

  /** Before a document's title is another one, or it is gone. */
  remove(id: string): void {
    for (const word of wordsOf(this.titleOf(id))) this.#remove.run(word, id)
  }
}

/** Fills the index of a store from before there was one. */
export function indexTitles(database: DatabaseSync): void {
  const index = new TitleIndex(database)
  const documents = database.prepare(`SELECT id, title FROM documents WHERE title <> ''`)
  for (const row of documents.iterate()) index.add(textIn(row, 'id'), textIn(row, 'title'))
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type CatalogPosition, comparePositions, encodeCursor, positionOf } from '../catalog-cursor.ts'
import { pageOf } from '../catalog-page.ts'
import type { DocumentOrder, DocumentRecord, DocumentRecordPage } from '../document-catalog.ts'
import { afterWords, hasWords, maxTitlesScanned, maxTitlesSorted } from '../title-words.ts'
import { numberIn, type Row } from './columns.ts'

/** What is looked for. */
export interface TitleSearch {
  readonly order: DocumentOrder
  readonly limit: number
  readonly prefix: string
  readonly words: readonly string[]
  readonly after: CatalogPosition | undefined
}

/** Looks for documents by the words of their titles. */
export class TitleSearcher {
  readonly #database: DatabaseSync
  readonly #columns: string
  readonly #recordOf: (row: Row) => DocumentRecord
  #prepared: { readonly count: StatementSync; readonly withWord: StatementSync } | undefined

  /** @param columns of a document, which `recordOf` reads */
  constructor(database: DatabaseSync, columns: string, recordOf: (row: Row) => DocumentRecord) {
    this.#database = database
    this.#columns = columns
    this.#recordOf = recordOf
  }

  /** Once it is asked: a store that is opened for reading only may be from before there were words. */
  get #statements(): { readonly count: StatementSync; readonly withWord: StatementSync } {
    this.#prepared ??= {
      count: this.#database.prepare(`
        SELECT count(*) AS found FROM (
          SELECT 1 FROM title_words WHERE word >= ? AND word < ? LIMIT ${maxTitlesSorted + 1}
        )
      `),
      withWord: this.#database.prepare(`
        SELECT ${this.#columns} FROM (
          SELECT DISTINCT id AS listed FROM title_words WHERE word >= ? AND word < ?
        ) CROSS JOIN documents ON id = listed
        WHERE deleted IS NULL
      `),
    }
    return this.#prepared
  }

  /** @param inOrder up to so many documents of the prefix, and maybe others, in the order that is asked for, from where the page begins */
  page(search: TitleSearch, inOrder: (atMost: number) => Iterable<Row>): DocumentRecordPage {
    const [rarest] = search.words
      .map((word) => ({ word, found: numberIn(this.#statements.count.get(word, afterWords(word)) ?? {}, 'found') }))
      .sort((a, b) => a.found - b.found)
    if (rarest === undefined || rarest.found > maxTitlesSorted) return this.#scan(search, inOrder(maxTitlesScanned))
    return this.#sort(search, rarest.word)
  }

  #sort({ order, limit, prefix, words, after }: TitleSearch, word: string): DocumentRecordPage {
    const place = (record: DocumentRecord): CatalogPosition => positionOf(order, record)
    const found = this.#statements.withWord
      .all(word, afterWords(word))
      .map(this.#recordOf)
      .filter(({ id, title }) => id.startsWith(prefix) && hasWords(title, words))
      .filter((record) => after === undefined || comparePositions(place(record), after) > 0)
      .sort((a, b) => comparePositions(place(a), place(b)))
    return pageOf(order, limit, found)
  }

  #scan({ order, limit, prefix, words }: TitleSearch, rows: Iterable<Row>): DocumentRecordPage {
    const documents: DocumentRecord[] = []
    let scanned = 0
    let last: DocumentRecord | undefined
    for (const row of rows) {
      last = this.#recordOf(row)
      scanned++
      if (last.id.startsWith(prefix) && hasWords(last.title, words)) documents.push(last)
      if (documents.length > limit) return pageOf(order, limit, documents)
    }
    if (scanned < maxTitlesScanned || last === undefined) return { documents, next: undefined }
    return { documents, next: encodeCursor(positionOf(order, last)) }
  }
}

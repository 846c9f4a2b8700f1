import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { type CatalogPosition, decodeCursor, encodeCursor } from '../catalog-cursor.ts'
import type {
  DocumentCounts,
  DocumentListing,
  DocumentOrder,
  DocumentRecord,
  TrashListing,
  TrashPage,
} from '../document-catalog.ts'
import { scopeOfPrefix } from '../listing-scopes.ts'
import { wordsOf } from '../title-words.ts'
import { trashPageOf, trashPlaceOf } from '../trash-page.ts'
import { type Row, numberIn, textIn } from './columns.ts'
import { asRows, type ListedRows, rowsOf } from './listed-rows.ts'
import { TitleSearcher } from './title-search.ts'
import { trashScope } from './trash.ts'

/**
 * Up to so many documents of a prefix are read and sorted. A prefix that holds more is looked for in the index of its
 * scope, where on average one in a few is of the prefix.
 */
const maxSorted = 2000
/**
 * How far one page looks in an index for documents of a prefix. Where it finds too few it gives out a short page with a
 * cursor: so the price of a page has a bound whatever the prefix (E3).
 */
const maxScanned = 20_000

const columnsWith = (updated: string): string =>
  `id, title, created, created_by, ${updated} AS updated, tail_bytes + checkpoint_bytes AS bytes`
const columns = columnsWith('updated')
/** What stands in an index by time says when: by update a document may have been appended to since it was put there. */
const columnsIn = (order: TimeOrder): string => columnsWith(order === 'updated' ? '-recency' : 'updated')

/** Every character of an id sorts before this one. */
const afterAnyId = '\u{7f}'
/** Every character of an id sorts after this one. */
const beforeAnyCharacter = '\u{1}'

type TimeOrder = 'updated' | 'created'

/** Looks up and lists documents. */
export class CatalogReader {
  readonly #database: DatabaseSync
  readonly #titles: TitleSearcher
  readonly #one: StatementSync
  readonly #creator: StatementSync
  readonly #byName: StatementSync
  readonly #rowsByName: StatementSync
  readonly #trashed: StatementSync
  readonly #countOfPrefix: StatementSync
  readonly #inScope: Readonly<Record<TimeOrder, StatementSync>>
  readonly #rowsInScope: Readonly<Record<TimeOrder, StatementSync>>
  readonly #sorted: Readonly<Record<TimeOrder, StatementSync>>
  readonly #scanned: Readonly<Record<TimeOrder, StatementSync>>
  readonly #scanEnd: Readonly<Record<TimeOrder, StatementSync>>

  constructor(database: DatabaseSync) {
    this.#database = database
    this.#titles = new TitleSearcher(database, columns, recordOf)
    this.#one = database.prepare(`SELECT ${columns} FROM documents WHERE id = ? AND deleted IS NULL`)
    // What is in the trash has a number below 0 there.
    this.#creator = database.prepare(
      'SELECT created_by FROM documents WHERE id = ? AND (deleted IS NULL OR deleted < 0)',
    )
    const byName = `
      SELECT ${columns} FROM documents INDEXED BY by_name
      WHERE deleted IS NULL AND id >= ? AND id < ? ORDER BY id LIMIT ?
    `
    this.#byName = database.prepare(byName)
    this.#rowsByName = database.prepare(asRows(byName))
    this.#trashed = database.prepare(`
      SELECT ${columns}, trashed FROM (
        SELECT recency AS trashed, id AS listed FROM by_update
        WHERE scope = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT ?
      ) CROSS JOIN documents ON id = listed
      ORDER BY trashed, listed
    `)
    this.#countOfPrefix = database.prepare(`
      SELECT count(*) AS found FROM (
        SELECT 1 FROM documents INDEXED BY by_name WHERE deleted IS NULL AND id >= ? AND id < ? LIMIT ${maxSorted + 1}
      )
    `)
    const forBoth = (sql: (order: TimeOrder, table: string) => string): Record<TimeOrder, StatementSync> => ({
      updated: database.prepare(sql('updated', 'by_update')),
      created: database.prepare(sql('created', 'by_creation')),
    })
    const inScope = (order: TimeOrder, table: string): string => `
      SELECT ${columnsIn(order)} FROM (
        SELECT recency, id AS listed FROM ${table} WHERE scope = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT ?
      ) CROSS JOIN documents ON id = listed
      ORDER BY recency, listed
    `
    this.#inScope = forBoth(inScope)
    this.#rowsInScope = forBoth((order, table) => asRows(inScope(order, table)))
    this.#sorted = forBoth((order) =>
      asRows(`
        SELECT ${columns} FROM documents INDEXED BY by_name
        WHERE deleted IS NULL AND id >= ? AND id < ? AND (-${order}, id) > (?, ?) ORDER BY -${order}, id LIMIT ?
      `),
    )
    this.#scanned = forBoth((order, table) =>
      asRows(`
        SELECT ${columnsIn(order)} FROM (
          SELECT recency, id AS listed FROM ${table}
          WHERE scope = ? AND (recency, id) > (?, ?) AND (recency, id) <= (?, ?) AND id >= ? AND id < ?
          ORDER BY recency, id LIMIT ?
        ) CROSS JOIN documents ON id = listed
        ORDER BY recency, listed
      `),
    )
    this.#scanEnd = forBoth(
      (_order, table) => `
        SELECT recency, id FROM ${table}
        WHERE scope = ? AND (recency, id) > (?, ?) ORDER BY recency, id LIMIT 1 OFFSET ${maxScanned - 1}
      `,
    )
  }

  get(document: string): DocumentRecord | undefined {
    const row = this.#one.get(document)
    return row === undefined ? undefined : recordOf(row)
  }

  creatorOf(document: string): string | undefined {
    const row = this.#creator.get(document)
    return row === undefined ? undefined : textIn(row, 'created_by')
  }

  count(): DocumentCounts {
    // Prepared when it is asked for: a store that is only read may be from before there were any counts.
    const row = this.#database.prepare('SELECT documents, trashed FROM counts').get() ?? {}
    return { documents: numberIn(row, 'documents'), trashed: numberIn(row, 'trashed') }
  }

  /** @throws InvalidCursorError */
  list(listing: DocumentListing): ListedRows {
    const { order, limit, prefix = '', q = '', cursor } = listing
    const after = cursor === undefined ? undefined : decodeCursor(order, cursor)
    const words = wordsOf(q)
    if (words.length > 0) {
      const search = { order, limit, prefix, words, after }
      return rowsOf(this.#titles.page(search, (atMost) => this.#inOrder(order, prefix, after, atMost)))
    }
    if (order === 'name') {
      return rowsFrom(this.#rowsByName, [firstOf(prefix, after), prefix + afterAnyId, limit + 1])
    }
    return this.#listByTime(order, limit, prefix, startAfter(after))
  }

  /** What is in the smallest scope that holds a prefix, in an order, from a place on. */
  #inOrder(order: DocumentOrder, prefix: string, after: CatalogPosition | undefined, atMost: number): Iterable<Row> {
    if (order === 'name') return this.#byName.iterate(firstOf(prefix, after), prefix + afterAnyId, atMost)
    return this.#inScope[order].iterate(scopeOfPrefix(prefix), ...startAfter(after), atMost)
  }

  /** A page looks at so many as it may show: where a prefix leaves some out it is short. @throws InvalidCursorError */
  listTrash({ limit, prefix = '', cursor }: TrashListing): TrashPage {
    const { at, id } = trashPlaceOf(cursor)
    const found = this.#trashed.all(trashScope, at, id, limit + 1)
    const documents = found.slice(0, limit).map((row) => ({ ...recordOf(row), trashed: numberIn(row, 'trashed') }))
    const last = documents.at(-1)
    const end = found.length > limit && last !== undefined ? { id: last.id, at: last.trashed } : undefined
    return trashPageOf(
      documents.filter((document) => document.id.startsWith(prefix)),
      end,
    )
  }

  #listByTime(order: TimeOrder, limit: number, prefix: string, start: [number, string]): ListedRows {
    const scope = scopeOfPrefix(prefix)
    if (scope === prefix) return rowsFrom(this.#rowsInScope[order], [scope, ...start, limit + 1])
    const range = [prefix, prefix + afterAnyId]
    const inPrefix = this.#countOfPrefix.get(...range)
    if (inPrefix !== undefined && numberIn(inPrefix, 'found') <= maxSorted) {
      return rowsFrom(this.#sorted[order], [...range, ...start, limit + 1])
    }
    return this.#scan(order, limit, scope, range, start)
  }

  /** Looks for a prefix in the index of a scope that holds others too, up to a bound. */
  #scan(
    order: TimeOrder,
    limit: number,
    scope: string,
    range: readonly string[],
    start: readonly [number, string],
  ): ListedRows {
    const endRow = this.#scanEnd[order].get(scope, ...start)
    const end = endRow === undefined ? undefined : { recency: numberIn(endRow, 'recency'), id: textIn(endRow, 'id') }
    const bound = [end?.recency ?? Number.MAX_SAFE_INTEGER, end?.id ?? '']
    const next = end && encodeCursor({ order, at: -end.recency, id: end.id })
    return rowsFrom(this.#scanned[order], [scope, ...start, ...bound, ...range, limit + 1], next)
  }
}

/** One lower bound, because SQLite would use the first of two for the index and look at all that the second leaves out. */
function firstOf(prefix: string, after: CatalogPosition | undefined): string {
  return after === undefined || after.id < prefix ? prefix : after.id + beforeAnyCharacter
}

/** Recencies are negative times, so nothing comes before the smallest number there is. */
function startAfter(after: CatalogPosition | undefined): [number, string] {
  return after === undefined || after.order === 'name' ? [-Number.MAX_SAFE_INTEGER, ''] : [-after.at, after.id]
}

function rowsFrom(statement: StatementSync, parameters: SQLInputValue[], end?: string): ListedRows {
  return { records: textIn(statement.get(...parameters) ?? {}, 'records'), end }
}

function recordOf(row: Row): DocumentRecord {
  return {
    id: textIn(row, 'id'),
    title: textIn(row, 'title'),
    created: numberIn(row, 'created'),
    createdBy: textIn(row, 'created_by'),
    updated: numberIn(row, 'updated'),
    bytes: numberIn(row, 'bytes'),
  }
}

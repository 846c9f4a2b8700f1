import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DocumentRecord } from '../src/document-catalog.ts'
import { StoreUnavailableError } from '../src/errors.ts'
import { asRows, pageOfRows, rowsOf } from '../src/sqlite/listed-rows.ts'

const listing = { order: 'name', limit: 200 } as const

const text = fc.string({ unit: 'binary', maxLength: 40 })
const whole = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const record: fc.Arbitrary<DocumentRecord> = fc.record({
  id: fc.stringMatching(/^[\w~.:-]{1,20}$/),
  title: text,
  created: whole,
  createdBy: text,
  updated: whole,
  bytes: whole,
})

test('what SQLite writes of documents is read as they are, whatever their texts hold', () => {
  using database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE found (id TEXT, title TEXT, created INT, created_by TEXT, updated INT, bytes INT) STRICT')
  const insert = database.prepare('INSERT INTO found VALUES (?, ?, ?, ?, ?, ?)')
  const select = database.prepare(asRows('SELECT * FROM found ORDER BY rowid'))
  fc.assert(
    fc.property(fc.array(record, { maxLength: 10 }), (documents) => {
      database.exec('DELETE FROM found')
      for (const { id, title, created, createdBy, updated, bytes } of documents) {
        insert.run(id, title, created, createdBy, updated, bytes)
      }
      const records = String(select.get()?.['records'])
      expect(pageOfRows(listing, { records, end: undefined })).toEqual({ documents, next: undefined })
      expect(pageOfRows(listing, rowsOf({ documents, next: 'on' }))).toEqual({ documents, next: 'on' })
    }),
  )
})

test('a page that has more than was asked goes on behind its last one, else where its rows end', () => {
  const documents = ['a', 'b', 'c'].map((id) => ({ id, title: '', created: 1, createdBy: '', updated: 1, bytes: 0 }))
  const rows = rowsOf({ documents, next: 'end' })
  const cut = pageOfRows({ order: 'name', limit: 2 }, rows)
  expect(cut.documents.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(Buffer.from(cut.next ?? '', 'base64url').toString()).toBe('["name","b"]')
  expect(pageOfRows({ order: 'name', limit: 3 }, rows)).toEqual({ documents, next: 'end' })
})

test.each(['', '[', '{}x', '[[1,"title","ada",1,1,1]]', '[["a"]]', '[null]'])('L8: %j is no listing', (records) => {
  expect(() => pageOfRows(listing, { records, end: undefined })).toThrow(StoreUnavailableError)
})

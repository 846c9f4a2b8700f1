// Hocuspocus as its guide starts it. With HOCUSPOCUS_FOLDER documents are kept in SQLite as its own extension keeps them: the whole
// document, at most every two seconds. That extension's native module is compiled or downloaded when it is installed, so here
// Node's own SQLite stands in for it, at the durability that Weft has.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Database } from '@hocuspocus/extension-database'
import { Redis } from '@hocuspocus/extension-redis'
import { Server } from '@hocuspocus/server'

const { HOCUSPOCUS_FOLDER: folder, HOCUSPOCUS_REDIS: redis } = process.env

function sqlite() {
  const database = new DatabaseSync(join(folder, 'hocuspocus.db'))
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec('CREATE TABLE IF NOT EXISTS documents (name TEXT PRIMARY KEY, data BLOB NOT NULL)')
  const read = database.prepare('SELECT data FROM documents WHERE name = ?')
  const write = database.prepare(
    'INSERT INTO documents VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET data = excluded.data',
  )
  return new Database({
    fetch: async ({ documentName }) => read.get(documentName)?.data ?? null,
    store: async ({ documentName, state }) => void write.run(documentName, state),
  })
}

const server = new Server({
  port: 0,
  address: '127.0.0.1',
  quiet: true,
  extensions: [
    ...(folder === undefined ? [] : [sqlite()]),
    ...(redis === undefined ? [] : [new Redis({ host: '127.0.0.1', port: Number(redis) })]),
  ],
})
await server.listen()
console.log(`listening ${server.address.port}`)

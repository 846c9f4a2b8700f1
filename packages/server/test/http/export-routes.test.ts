import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CorruptRecordError, MemoryStore, openStore, type Store, writeBackup } from '@weft/persistence'
import { type ImportLine, importLineSchema, type Problem } from '@weft/protocol/http'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { noTokens } from '../../src/auth/auth-config.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

const plenty = { files: 10, bytes: 1_000_000 }

/** Writes a text into a document, as a replica of its own. */
async function write(store: Store, id: string, text: string): Promise<void> {
  await store.catalog.create({ id, title: `title of ${id}`, createdBy: 'maker', at: 5 })
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  const { epoch } = (await store.log.load(id)).head
  const entries = [{ update: Y.encodeStateAsUpdate(doc), actor: 'ann', at: 6 }]
  await store.log.append(id, { epoch, token: text, entries })
}

async function textIn(store: Store, id: string): Promise<string> {
  const doc = new Y.Doc()
  const { checkpoint, entries } = await store.log.load(id)
  for (const update of [...(checkpoint?.chunks ?? []), ...entries.map((entry) => entry.update)])
    Y.applyUpdate(doc, update)
  return doc.getText('t').toString()
}

async function storeWith(...ids: string[]): Promise<MemoryStore> {
  const store = new MemoryStore()
  for (const id of ids) await write(store, id, `text of ${id}`)
  return store
}

async function backupOf(store: Store): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of writeBackup(store)) pieces.push(piece)
  return Buffer.concat(pieces)
}

const backupType = { 'content-type': 'application/vnd.weft.backup' }

function importInto(
  { url }: RunningServer,
  body: Uint8Array | ReadableStream<Uint8Array>,
  query = '',
  headers: Record<string, string> = backupType,
): Promise<Response> {
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers,
    duplex: 'half',
    body: body instanceof Uint8Array ? Buffer.from(body) : body,
  }
  return fetch(`${url}/api/v1/import${query}`, init)
}

async function linesOf(response: Response): Promise<ImportLine[]> {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  const lines = (await response.text()).trimEnd().split('\n')
  return lines.map((line) => importLineSchema.parse(JSON.parse(line)))
}

describe('exports and imports over HTTP', () => {
  it('carry documents and their files from one store to another and back, and say what became of each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-import-'))
    const sqlite = await openStore(`sqlite:${join(folder, 'store')}`)
    const memory = await storeWith('a', 'team/b')
    const file = { name: 'x', type: 'image/png', created: 7, createdBy: 'ann', content: Buffer.from('file') }
    const { record } = await memory.files.put('a', file, plenty)
    {
      await using from = await startTestServer({ openStore: memory, anonymous: 'admin' })
      await using to = await startTestServer({ openStore: sqlite, anonymous: 'admin' })
      const exported = await fetch(`${from.url}/api/v1/export`, { method: 'POST' })
      expect(exported.headers.get('content-type')).toBe('application/vnd.weft.backup')
      if (exported.body === null) throw new Error('it has a body')
      const there = await linesOf(await importInto(to, exported.body))
      expect(there).toEqual([
        { document: 'a', outcome: 'created' },
        { document: 'a', file: record.hash, outcome: 'created' },
        { document: 'team/b', outcome: 'created' },
        { done: { documents: 2, files: 1 } },
      ])
      expect(await textIn(sqlite, 'a')).toBe('text of a')
      expect(await sqlite.files.list('a')).toEqual([record])
      expect(await sqlite.catalog.get('team/b')).toMatchObject({
        title: 'title of team/b',
        createdBy: 'maker',
        created: 5,
      })

      await write(sqlite, 'team/b', 'more ')
      const back = await fetch(`${to.url}/api/v1/export`, { method: 'POST', body: '{"prefix":"team/"}' })
      const lines = await linesOf(await importInto(from, new Uint8Array(await back.arrayBuffer())))
      expect(lines).toEqual([{ document: 'team/b', outcome: 'merged' }, { done: { documents: 1, files: 0 } }])
      expect(await textIn(memory, 'team/b')).toBe(await textIn(sqlite, 'team/b'))
    }
    await rm(folder, { recursive: true })
  })

  it('L5: leave deleted what was deleted, unless asked, and skip what is outside of the prefix', async () => {
    const bytes = await backupOf(await storeWith('a', 'team/b', 'team/c'))
    const store = await storeWith('team/b')
    await store.catalog.delete('team/b', 9)
    await using server = await startTestServer({ openStore: store, anonymous: 'admin' })
    const outcomes = (lines: readonly ImportLine[]): string[] =>
      lines.flatMap((line) => ('outcome' in line ? [`${line.document} ${line.outcome}`] : []))
    const first = outcomes(await linesOf(await importInto(server, bytes, '?prefix=team/')))
    expect(first).toEqual(['a skipped', 'team/b deleted', 'team/c created'])
    const second = outcomes(await linesOf(await importInto(server, bytes, '?prefix=team/&deleted=recreate')))
    expect(second).toEqual(['a skipped', 'team/b recreated', 'team/c unchanged'])
    expect(await textIn(store, 'team/b')).toBe('text of team/b')
  })

  it('an import is seen at once by whoever has the document open, and is not written twice', async () => {
    const store = await storeWith('a')
    await using server = await startTestServer({ openStore: store, anonymous: 'admin' })
    const client = await SocketClient.open(`${server.webSocketUrl}/sync/a`)
    client.send(new Uint8Array([0, 0, 1, 0]))
    await client.hear((frame) => frame[0] === 0 && frame[1] === 1)
    const other = await storeWith('a')
    await write(other, 'a', 'seen at once ')
    const bytes = await backupOf(other)
    const [line] = await linesOf(await importInto(server, bytes))
    expect(line).toEqual({ document: 'a', outcome: 'merged' })
    await client.hear((frame) => frame[0] === 0 && frame[1] === 2 && Buffer.from(frame).includes('seen at once'))
    expect(await textIn(store, 'a')).toContain('seen at once')
    expect((await store.log.load('a')).entries.map(({ actor }) => actor)).toEqual(['ann', 'ann', 'ann'])
    const [again] = await linesOf(await importInto(server, bytes))
    expect(again).toEqual({ document: 'a', outcome: 'unchanged' })
  })

  it.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ['cut short', (bytes) => bytes.subarray(0, -30), /cannot be read at byte \d+.*: it is cut short$/],
    [
      'without its end',
      (bytes) => bytes.subarray(0, bytes.indexOf('{"documents"') - 13),
      /at byte \d+.*: it is cut short$/,
    ],
    ['changed', (bytes) => flipped(bytes, bytes.lastIndexOf('text of b')), /at byte \d+, in document b: the checksum/],
  ])(
    'L8: an import of a backup that is %s ends with the place, and what came before stands whole',
    async (_how, damage, text) => {
      const bytes = await backupOf(await storeWith('a', 'b'))
      const store = new MemoryStore()
      await using server = await startTestServer({ openStore: store, anonymous: 'admin' })
      const lines = await linesOf(await importInto(server, damage(bytes)))
      expect(lines[0]).toEqual({ document: 'a', outcome: 'created' })
      expect(lines.at(-1)).toMatchObject({ problem: { type: '/problems/backup-unreadable', status: 400 } })
      expect(JSON.stringify(lines.at(-1))).toMatch(new RegExp(text.source.replace(/\$$/, '')))
      expect(await textIn(store, 'a')).toBe('text of a')
      // Whatever the answer has no line of is not there.
      const told = lines.flatMap((line) => ('document' in line ? [line.document] : []))
      expect((await store.catalog.list({ order: 'name', limit: 9 })).documents.map(({ id }) => id)).toEqual(told)
    },
  )

  it.each<[string, Uint8Array, Record<string, string>, string]>([
    ['nothing', Buffer.of(), backupType, '400 /problems/backup-unreadable'],
    ['something else', Buffer.from('{"documents":[]}'), backupType, '400 /problems/backup-unreadable'],
    [
      'something else that says so',
      Buffer.from('{}'),
      { 'content-type': 'application/json' },
      '415 /problems/unsupported-media-type',
    ],
  ])('an import of %s is refused as any request is', async (_what, body, headers, expected) => {
    await using server = await startTestServer({ anonymous: 'admin' })
    const response = await importInto(server, body, '', headers)
    const { type }: Problem = await response.json()
    expect(`${response.status} ${type}`).toBe(expected)
  })

  it('an export of a document that cannot be read breaks off, and what came of it is refused', async () => {
    const store = await storeWith('b')
    await write(store, 'a', 'x'.repeat(200_000))
    const { log } = store
    const load = log.load.bind(log)
    log.load = (document) =>
      document === 'b' ? Promise.reject(new CorruptRecordError('b', 1, 'for the test')) : load(document)
    await using server = await startTestServer({ openStore: store, anonymous: 'admin' })
    const exported = (prefix: string): Promise<Response> =>
      fetch(`${server.url}/api/v1/export`, { method: 'POST', body: JSON.stringify({ prefix }) })
    await expect(exported('').then((response) => response.arrayBuffer())).rejects.toThrow()
    expect(await server.captured.logged('answer-broke-off')).toMatchObject({ level: 'warn' })
    // Where nothing was sent yet, it is a problem as any other.
    expect((await exported('b')).status).toBe(503)
  })

  it('take admin access to all that they are about, and leave out what was taken back', async () => {
    const store = await storeWith('team-a/one', 'team-a/two', 'team-b/three')
    const secrets = [{ kid: undefined, text: testSecret }]
    await using server = await startTestServer({ openStore: store, anonymous: 'none', auth: { ...noTokens, secrets } })
    const bearer = async (documents: string, role: string): Promise<string> =>
      `Bearer ${await tokenWith({ claims: { access: [{ documents, role }], iat: Math.floor(Date.now() / 1000) - 5 } })}`
    const exporting = async (authorization: string, prefix: string): Promise<Response> =>
      fetch(`${server.url}/api/v1/export`, {
        method: 'POST',
        headers: { authorization },
        body: JSON.stringify({ prefix }),
      })
    const folder = await bearer('team-a/*', 'admin')
    expect((await exporting(folder, '')).status).toBe(403)
    expect((await exporting(folder, 'team-')).status).toBe(403)
    expect((await exporting(folder, 'team-b/')).status).toBe(403)
    expect((await exporting(await bearer('team-a/*', 'write'), 'team-a/')).status).toBe(403)
    expect((await exporting(await bearer('team-a/one', 'admin'), 'team-a/one')).status).toBe(403)
    expect((await exporting(folder, 'team-a/t')).status).toBe(200)
    const root = `Bearer ${await tokenWith({ claims: { sub: 'root', access: [{ documents: '*', role: 'admin' }] } })}`
    await fetch(`${server.url}/api/v1/revocations`, {
      method: 'POST',
      headers: { authorization: root },
      body: '{"subject":"ada","document":"team-a/one"}',
    })
    const text = await (await exporting(folder, 'team-a/')).text()
    expect([text.includes('text of team-a/one'), text.includes('text of team-a/two')]).toEqual([false, true])
    const lines = await linesOf(
      await importInto(server, await backupOf(store), '?prefix=team-a/', { ...backupType, authorization: folder }),
    )
    expect(lines).toMatchObject([
      { outcome: 'skipped' },
      { outcome: 'unchanged' },
      { outcome: 'skipped' },
      { done: {} },
    ])
  })
})

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes)
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

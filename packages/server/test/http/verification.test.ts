/** Whether what is kept and what is open of a document agree, asked of real servers over real stores. */
import { MemoryStore, openStore, type Store } from '@weft/persistence'
import { type Verification, verificationSchema } from '@weft/protocol/http'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { makeSqliteFixture } from '../../../persistence/test/sqlite-folder.ts'
import { runDocuments } from '../../src/command-line/documents-command.ts'
import { callApi, tokenFor, withTokens } from '../support/api-client.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'

const id = 'team-a/plan'

async function startOver(store: Store): Promise<RunningServer> {
  return await startTestServer({ ...withTokens, openStore: store })
}

async function write(server: RunningServer, content: string): Promise<void> {
  const path = `/documents/${encodeURIComponent(id)}/content`
  const answer = await callApi(server, await tokenFor('*', 'admin'), 'POST', path, { content, format: 'markdown' })
  expect(answer.status).toBe(200)
}

async function create(server: RunningServer): Promise<void> {
  expect((await callApi(server, await tokenFor('*', 'admin'), 'POST', '/documents', { id })).status).toBe(201)
}

async function verify(server: RunningServer): Promise<Verification> {
  const path = `/documents/${encodeURIComponent(id)}/verification`
  const answer = await callApi(server, await tokenFor('*', 'admin'), 'GET', path)
  return verificationSchema.parse(await answer.json())
}

test.each(['memory', 'sqlite'])('over %s a document that is open and one that was compacted agree', async (kind) => {
  await using fixture = await disposable()
  const store = kind === 'memory' ? new MemoryStore() : await openStore(fixture.url)
  await using server = await startOver(store)
  await create(server)
  await write(server, '# One')
  await write(server, 'Two *three*')
  expect(await verify(server)).toEqual({
    document: id,
    outcome: 'agrees',
    log: { position: 2, entries: 2, detail: null },
    checkpoint: null,
    replicas: [{ node: 'node-a', outcome: 'agrees', position: 2, unsavedBytes: 0, detail: null }],
    complete: true,
    unanswered: [],
  })
  await compact(store)
  await write(server, 'Four')
  expect(await verify(server)).toMatchObject({
    outcome: 'agrees',
    log: { position: 3, entries: 1 },
    checkpoint: { position: 2, outcome: 'agrees' },
    replicas: [{ outcome: 'agrees', position: 3 }],
  })
})

test('L8: bytes that were changed on the disk are told, and the command exits with 1', async () => {
  await using fixture = await disposable()
  {
    await using server = await startOver(await openStore(fixture.url))
    await create(server)
    await write(server, 'One')
    await write(server, 'Two')
  }
  await fixture.damage.flipEntry(id, 2)
  await using server = await startOver(await openStore(fixture.url))
  const api = { url: server.url, token: await tokenFor('*', 'admin'), json: false }
  expect(await verify(server)).toMatchObject({
    outcome: 'unreadable',
    log: { position: null, entries: null, detail: expect.stringContaining('entry 2: ') },
  })
  const selection = { ids: [id], prefix: undefined }
  const { text, alarming } = await runDocuments({ verb: 'verify', selection }, api)
  expect([alarming, text]).toEqual([true, expect.stringMatching(/unreadable .*entry 2: .*\n1 cannot be read\n$/)])
})

test(
  'an open document whose log went on without it has drifted, and the command exits with 1',
  { timeout: 90_000 },
  async () => {
    const store = new MemoryStore()
    await using server = await startOver(store)
    await create(server)
    await write(server, 'One')
    const { head } = await store.log.load(id)
    const stranger = new Y.Doc()
    stranger.getText('t').insert(0, 'behind its back')
    const entries = [{ update: Y.encodeStateAsUpdate(stranger), actor: 'eve', at: 1 }]
    await store.log.append(id, { epoch: head.epoch, token: 'x', entries })
    const selection = { ids: [], prefix: 'team-a/' }
    const api = { url: server.url, token: await tokenFor('*', 'admin'), json: false }
    const { text, alarming } = await runDocuments({ verb: 'verify', selection }, api)
    expect([alarming, text]).toEqual([
      true,
      expect.stringMatching(/drift .*node-a: it has not heard of what is in the log up to position 2\n1 drifted\n$/),
    ])
  },
)

/** A SQLite store that is gone when the test is over, and what breaks it. */
async function disposable() {
  const fixture = await makeSqliteFixture()
  const { url, damage } = fixture
  if (url === undefined || damage === undefined) throw new Error('the fixture of SQLite has both')
  return { url, damage, [Symbol.asyncDispose]: () => fixture.dispose() }
}

/** Puts all of the document's log into a checkpoint. */
async function compact({ log }: Store): Promise<void> {
  const { head, checkpoint, entries } = await log.load(id)
  const doc = new Y.Doc()
  for (const { update } of entries) Y.applyUpdate(doc, update)
  const made = { place: head, stateVector: Y.encodeStateVector(doc), chunks: [Y.encodeStateAsUpdate(doc)] }
  expect(await log.replaceCheckpoint(id, made, checkpoint?.place.tip)).toBe(true)
}

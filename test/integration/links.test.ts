/** Links, imports and files on several nodes around a Redis: every process is real. */
import { openDocument, type WeftDocument } from '@weft/client'
import type { MadeLink } from '@weft/protocol/http'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { until, untilStatus } from '../../packages/client/test/support/until.ts'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const secret = 'hush-of-more-than-thirty-two-characters'
const env = { WEFT_AUTH_SECRET: secret }

let redis: RedisServer
let a: ServerProcess
let b: ServerProcess
/** Where documents are moved to and back from. */
let alone: ServerProcess
let key: string

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
  const startNode = (): Promise<ServerProcess> => startServer({ built: true, command: 'serve', store: redis.url, env })
  ;[a, b, alone] = await Promise.all([startNode(), startNode(), startServer({ built: true, command: 'serve', env })])
  key = await tokenWith({ secret, claims: { access: [{ documents: '*', role: 'admin' }] } })
})
afterAll(async () => {
  await Promise.all([a, b, alone].map((node) => node[Symbol.asyncDispose]()))
  await redis[Symbol.asyncDispose]()
})

function ask(node: ServerProcess, method: string, path: string, body?: string): Promise<Response> {
  return fetch(`${node.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body }),
  })
}

/** Sends what an export gives on to an import as it comes. @returns the answer's lines */
async function move(from: ServerProcess, to: ServerProcess, prefix: string): Promise<string[]> {
  const exported = await ask(from, 'POST', '/export', JSON.stringify({ prefix }))
  const init: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/vnd.weft.backup' },
    duplex: 'half',
    body: exported.body,
  }
  const answer = await fetch(`${to.url}/api/v1/import`, init)
  return (await answer.text()).trimEnd().split('\n')
}

function open(node: ServerProcess, id: string, token: string): WeftDocument {
  return openDocument({ url: node.url, id, token, offline: false })
}

it('a link that was made at one node opens its document at another one, until it is removed', async () => {
  await ask(a, 'POST', '/documents', '{"id":"team/shared"}')
  const made: MadeLink = await (await ask(a, 'POST', '/documents/team%2Fshared/links', '{"role":"write"}')).json()
  const document = open(b, 'team/shared', made.token)
  await document.synced
  document.doc.getText('t').insert(0, 'by a link')
  await until(document, ({ unsaved }) => unsaved === 0)
  expect((await ask(a, 'DELETE', `/documents/team%2Fshared/links/${made.id}`)).status).toBe(204)
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ kind: 'revoked' })
  await document.close()
})

it('documents and their files go from a Redis to a SQLite and back, and who has one open at any node sees what came', async () => {
  await ask(a, 'POST', '/documents', '{"id":"moved/plan","title":"Plan"}')
  const put = await ask(a, 'POST', '/documents/moved%2Fplan/files?name=a.txt', 'a file')
  expect(put.status).toBe(201)
  const reader = open(b, 'moved/plan', key)
  await reader.synced
  expect(await move(a, alone, 'moved/')).toEqual([
    '{"document":"moved/plan","outcome":"created"}',
    expect.stringContaining('"outcome":"created"'),
    '{"done":{"documents":1,"files":1}}',
  ])
  expect(await (await ask(alone, 'GET', '/documents/moved%2Fplan')).json()).toMatchObject({ title: 'Plan' })
  const writer = open(alone, 'moved/plan', key)
  await writer.synced
  writer.doc.getText('t').insert(0, 'written elsewhere')
  await until(writer, ({ unsaved }) => unsaved === 0)
  const seen = new Promise<string>((resolve) => {
    reader.doc.on('update', () => resolve(reader.doc.getText('t').toString()))
  })
  expect(await move(alone, a, 'moved/')).toEqual([
    '{"document":"moved/plan","outcome":"merged"}',
    expect.stringContaining('"outcome":"unchanged"'),
    '{"done":{"documents":1,"files":1}}',
  ])
  expect(await seen).toBe('written elsewhere')
  await Promise.all([reader.close(), writer.close()])
})

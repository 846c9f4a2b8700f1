/** Nodes that verify tokens, and `weft token`, as an operator starts them: every process is real. */
import { openDocument } from '@weft/client'
import { mintedTokenSchema } from '@weft/protocol/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { until, untilStatus } from '../../packages/client/test/support/until.ts'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { runWeft } from '../support/weft-command.ts'

const secret = 'hush-of-more-than-thirty-two-characters'
const env = { WEFT_AUTH_SECRET: `k1=${secret}` }

let redis: RedisServer
let a: ServerProcess
let b: ServerProcess

const startNode = (): Promise<ServerProcess> => startServer({ built: true, command: 'serve', store: redis.url, env })

beforeAll(async () => {
  redis = await RedisServer.start(...durableSettings)
  ;[a, b] = await Promise.all([startNode(), startNode()])
})
afterAll(async () => {
  await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()])
  await redis[Symbol.asyncDispose]()
})

/** A service key, as the command line makes it. */
async function serviceKey(): Promise<string> {
  const args = ['--auth-secret', `k1=${secret}`, '--subject', 'back-end', '--access', '*:admin', '--expires', '90d']
  const { code, stdout, stderr } = await runWeft(['token', ...args])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.toString()).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
  return stdout.toString().trim()
}

/** A person's token, as a back end makes it: issued a while ago, and for so many seconds from now. */
function token(subject: string, seconds = 600): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = Object.entries({ sub: subject, iat: now - 5, exp: now + seconds })
  return tokenWith({ secret, header: { kid: 'k1' }, claims: Object.fromEntries(claims) })
}

function get(node: ServerProcess, path: string, bearer: string): Promise<Response> {
  return fetch(`${node.url}/api/v1${path}`, { headers: { authorization: `Bearer ${bearer}` } })
}

function revoke(node: ServerProcess, key: string, body: object): Promise<Response> {
  const headers = { authorization: `Bearer ${key}` }
  return fetch(`${node.url}/api/v1/revocations`, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Opens a document, and resolves when the server has said something of it. */
async function opened(node: ServerProcess, document: string, bearer: string): Promise<WebSocket> {
  const socket = new WebSocket(`${node.webSocketUrl}/sync/${document}`, [`bearer.${bearer}`])
  await new Promise((resolve, reject) => {
    socket.once('message', resolve)
    socket.once('close', reject)
  })
  return socket
}

function closed(socket: WebSocket): Promise<string> {
  return new Promise((resolve) => socket.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`)))
}

describe('tokens', () => {
  it('an SDK that fetches short tokens stays connected past the end of each', async () => {
    let fetched = 0
    const fourth = Promise.withResolvers<void>()
    const document = openDocument({
      url: a.url,
      id: 'team-a/short',
      token: () => {
        if (++fetched === 4) fourth.resolve()
        // A token names whole seconds, so this one may end after three, and the next is fetched a fifth of that before.
        return token('ada', 4)
      },
    })
    await untilStatus(document, 'live')
    const seen = new Set<string>()
    document.subscribe(() => seen.add(document.state.status))
    await fourth.promise
    document.doc.getText('t').insert(0, 'x')
    await until(document, ({ unsaved }) => unsaved === 0)
    expect([...seen]).toEqual(['live'])
    await document.close()
  })

  it('minted by one node open documents on the other, are told of by both, and stand in no log', async () => {
    const key = await serviceKey()
    const post = async (node: ServerProcess, path: string, body: object): Promise<Response> => {
      const headers = { authorization: `Bearer ${key}` }
      return fetch(`${node.url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    }
    const access = [{ documents: 'team-a/*', role: 'write' }]
    const made = await post(a, '/tokens', { subject: 'ada', access, lifetime: 600 })
    const { token: minted, id } = mintedTokenSchema.parse(await made.json())
    const socket = await opened(b, 'team-a/minted', minted)
    const inspected = await post(b, '/tokens/inspect', { token: minted, document: 'team-a/minted' })
    expect(await inspected.json()).toMatchObject({ opens: true, role: 'write', claims: { subject: 'ada', id } })
    const end = closed(socket)
    expect((await revoke(b, key, { jti: id })).status).toBe(201)
    expect(await end).toBe('4403 revoked')
    const again = await post(a, '/tokens/inspect', { token: minted, document: 'team-a/minted' })
    expect(await again.json()).toMatchObject({ claims: { id } })
    expect(JSON.stringify([a.log, b.log])).not.toContain('eyJ')
  })

  it('revoked on one node are closed on all within two seconds, and stay so after a restart', async () => {
    const [ada, bob, key] = await Promise.all([token('ada'), token('bob'), serviceKey()])
    const sockets = await Promise.all([opened(a, 'team-a/x', ada), opened(b, 'team-a/x', ada)])
    const other = await opened(b, 'team-a/x', bob)
    const ends = Promise.all(sockets.map(closed))
    const dry = await revoke(b, key, { subject: 'ada', dryRun: true })
    const open = { document: 'team-a/x', subject: 'ada' }
    expect(await dry.json()).toMatchObject({ closes: [open, open], unanswered: [] })
    const start = performance.now()
    expect((await revoke(a, key, { subject: 'ada' })).status).toBe(201)
    expect(await ends).toEqual(['4403 revoked', '4403 revoked'])
    const took = performance.now() - start
    expect(took).toBeLessThan(2_000)
    expect(other.readyState).toBe(other.OPEN)
    other.close()
    await b.kill()
    await b.restart()
    for (const node of [a, b]) {
      expect((await get(node, '/documents', ada)).status).toBe(401)
      expect((await get(node, '/documents', bob)).status).toBe(200)
    }
    const late = new WebSocket(`${b.webSocketUrl}/sync/team-a/x`, [`bearer.${ada}`])
    expect(await closed(late)).toBe('4403 revoked')
    expect(JSON.stringify([a.log, b.log])).not.toMatch(/hush|eyJ/)
  })
})

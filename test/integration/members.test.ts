/** Who is where, asked of a node that has nobody: an edge beside two nodes on one Redis, all of them real processes. */
import {
  documentPageSchema,
  memberListSchema,
  nodeListSchema,
  type RevocationSummary,
  revocationSummarySchema,
  type Statistics,
  statisticsSchema,
} from '@weft/protocol/http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { EdgeAndNodes } from '../support/edge-and-nodes.ts'
import type { ServerProcess } from '../support/server-process.ts'
import { StockEditor } from '../support/stock-editor.ts'

let cluster: EdgeAndNodes
beforeAll(async () => {
  cluster = await EdgeAndNodes.start()
})
afterAll(() => cluster[Symbol.asyncDispose]())

const keys = {
  admin: () => tokenWith({ claims: { sub: 'grace', access: [{ documents: '*', role: 'admin' }] } }),
  reader: () => tokenWith({ claims: { access: [{ documents: 'team-a/*', role: 'read' }] } }),
}

/** Somebody with a document open on a node, who shows a name. */
async function writer(node: ServerProcess, document: string, name: string): Promise<StockEditor> {
  const editor = new StockEditor(WebsocketProvider, node.webSocketUrl, document)
  await editor.synced()
  editor.provider.awareness.setLocalState({ user: { name, color: '#aa0000' } })
  return editor
}

async function ask(
  node: ServerProcess,
  path: string,
  key = keys.admin(),
  method = 'GET',
  body?: object,
): Promise<Response> {
  const headers = { authorization: `Bearer ${await key}` }
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  return fetch(`${node.url}/api/v1${path}`, { method, headers, ...sent })
}

const namesListed = async (node: ServerProcess, document: string): Promise<string[]> => {
  const page = documentPageSchema.parse(await (await ask(node, `/documents?prefix=${document}`)).json())
  return page.documents.flatMap(({ people }) => people.map(({ name }) => name)).toSorted()
}

const membersAt = async (node: ServerProcess, document: string, key = keys.admin()) =>
  memberListSchema.parse(await (await ask(node, `/documents/${encodeURIComponent(document)}/members`, key)).json())

describe('E1: people on several nodes', () => {
  it('E1: every node lists all of them, and knows the members of all', async () => {
    const { edge, a, b } = cluster
    using ada = await writer(a, 'team-a/plan', 'Ada')
    using ben = await writer(b, 'team-a/plan', 'Ben')
    using _cleo = await writer(b, 'team-a/notes', 'Cleo')
    for (const node of [edge, b]) {
      await expect.poll(() => namesListed(node, 'team-a/plan'), { timeout: 10_000 }).toEqual(['Ada', 'Ben'])
      await expect.poll(() => namesListed(node, 'team-a/'), { timeout: 10_000 }).toEqual(['Ada', 'Ben', 'Cleo'])
      const shown = await (await ask(node, '/documents/team-a%2Fnotes')).json()
      expect(shown).toMatchObject({ people: [{ name: 'Cleo', color: '#aa0000' }] })
      await expect.poll(async () => (await membersAt(node, 'team-a/plan')).unanswered, { timeout: 10_000 }).toEqual([])
      const { members, complete } = await membersAt(node, 'team-a/plan')
      expect(complete).toBe(true)
      expect(members.map(({ person, role }) => [person?.name, role])).toEqual([
        ['Ada', 'write'],
        ['Ben', 'write'],
      ])
      expect(new Set(members.map((member) => member.node)).size).toBe(2)
      expect(members[0]).toMatchObject({ subject: expect.stringMatching(/^anonymous-/), lag: { behind: false } })
      const [first] = (await membersAt(node, 'team-a/plan', keys.reader())).members
      expect(Object.keys(first ?? {})).toEqual(['id', 'person', 'subject', 'role', 'since'])
    }
    ben[Symbol.dispose]()
    await expect.poll(() => namesListed(edge, 'team-a/plan'), { timeout: 10_000 }).toEqual(['Ada'])
    ada.text.insert(0, 'x')
    expect((await membersAt(edge, 'team-a/plan')).members).toHaveLength(1)
  })

  it('E1: whichever node is asked removes a member, which is told why, and may come back', async () => {
    const { edge, a, b } = cluster
    using ada = await writer(a, 'team-a/removal', 'Ada')
    using ben = await writer(b, 'team-a/removal', 'Ben')
    const { members } = await membersAt(edge, 'team-a/removal')
    const id = members.find(({ person }) => person?.name === 'Ada')?.id ?? ''
    const path = `/documents/team-a%2Fremoval/members/${id}`
    expect((await ask(edge, path, keys.reader(), 'DELETE')).status).toBe(403)
    const closed = ada.disconnected()
    expect((await ask(edge, path, keys.admin(), 'DELETE')).status).toBe(204)
    expect(await closed).toEqual({ code: 4403, reason: 'removed' })
    await expect.poll(() => namesListed(edge, 'team-a/removal'), { timeout: 10_000 }).toEqual(['Ben'])
    expect((await ask(edge, path, keys.admin(), 'DELETE')).status).toBe(404)
    expect(ben.provider.wsconnected).toBe(true)
    const trail = await (await ask(edge, '/audit?act=member.remove')).json()
    expect(trail).toMatchObject({ entries: [{ document: 'team-a/removal', target: id, actor: 'grace' }] })
    using back = await writer(a, 'team-a/removal', 'Ada')
    await back.synced()
    await expect.poll(() => namesListed(edge, 'team-a/removal'), { timeout: 10_000 }).toEqual(['Ada', 'Ben'])
  })

  it('E1: a dry run of a revocation says what is open on any node', async () => {
    const { edge, a, b } = cluster
    const token = await tokenWith({ claims: { sub: 'eve' } })
    const open = async (node: ServerProcess): Promise<WebSocket> => {
      const socket = new WebSocket(`${node.webSocketUrl}/sync/team-a/taken`, [`bearer.${token}`])
      await new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
      return socket
    }
    const sockets = [await open(a), await open(b)]
    const dryRun = async (): Promise<RevocationSummary> => {
      const answer = await ask(edge, '/revocations', keys.admin(), 'POST', { subject: 'eve', dryRun: true })
      return revocationSummarySchema.parse(await answer.json())
    }
    // A node of a busy machine may not say so in time.
    await expect.poll(async () => (await dryRun()).unanswered, { timeout: 10_000 }).toEqual([])
    const { closes } = await dryRun()
    expect(closes.every(({ document, subject }) => document === 'team-a/taken' && subject === 'eve')).toBe(true)
    const nodes = closes.map(({ node }) => node)
    expect(nodes).toHaveLength(2)
    expect(new Set(nodes).size).toBe(2)
    for (const socket of sockets) socket.close()
  })

  it('E1: every node that answers requests knows which nodes there are, and how each is', async () => {
    const { edge, a, b } = cluster
    using _ada = await writer(a, 'team-a/counted', 'Ada')
    for (const node of [edge, b]) {
      const { nodes } = nodeListSchema.parse(await (await ask(node, '/nodes')).json())
      expect(nodes.map(({ role }) => role).toSorted()).toEqual(['all', 'edge', 'sync'])
      const statistics = async (): Promise<Statistics> =>
        statisticsSchema.parse(await (await ask(node, '/statistics')).json())
      await expect.poll(async () => (await statistics()).nodes.length, { timeout: 10_000 }).toBe(3)
      const { total, nodes: each } = await statistics()
      expect(total.members).toBeGreaterThan(0)
      for (const one of each) expect(one.residentBytes).toBeGreaterThan(10_000_000)
    }
  })

  it('E1: a node that is stuck is named, and holds up one listing for a moment and no other', async () => {
    const { edge, a, b } = cluster
    using _ada = await writer(a, 'team-a/stuck', 'Ada')
    using _ben = await writer(b, 'team-a/stuck', 'Ben')
    await expect.poll(() => namesListed(edge, 'team-a/stuck'), { timeout: 10_000 }).toEqual(['Ada', 'Ben'])
    process.kill(a.pid, 'SIGSTOP')
    try {
      await expect.poll(() => namesListed(edge, 'team-a/stuck'), { timeout: 10_000 }).toEqual(['Ben'])
      expect(await edge.logged('node-silent')).toBeDefined()
      const { members, complete, unanswered } = await membersAt(edge, 'team-a/stuck')
      expect([members.map(({ person }) => person?.name), complete]).toEqual([['Ben'], false])
      expect(unanswered).toHaveLength(1)
      const gone = await ask(edge, '/documents/team-a%2Fstuck/members/nobody', keys.admin(), 'DELETE')
      expect([gone.status, await gone.json()]).toMatchObject([503, { type: '/problems/nodes-silent' }])
    } finally {
      process.kill(a.pid, 'SIGCONT')
    }
    await expect.poll(() => namesListed(edge, 'team-a/stuck'), { timeout: 10_000 }).toEqual(['Ada', 'Ben'])
  })
})

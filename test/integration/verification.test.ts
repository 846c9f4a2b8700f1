/** What nodes around one Redis hold of a document, asked of a node that holds nothing: all of them real processes. */
import { type Verification, verificationSchema } from '@weft/protocol/http'
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

async function verify(node: ServerProcess, document: string): Promise<Verification> {
  const token = await tokenWith({ claims: { access: [{ documents: '*', role: 'admin' }] } })
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${node.url}/api/v1/documents/${encodeURIComponent(document)}/verification`, { headers })
  return verificationSchema.parse(await answer.json())
}

/** Who has a document open on a node, and wrote something. */
async function writer(node: ServerProcess, document: string): Promise<StockEditor> {
  const editor = new StockEditor(WebsocketProvider, node.webSocketUrl, document)
  await editor.synced()
  return editor
}

describe('E1: a document that is open on two nodes', () => {
  it('E1: agrees with its log on both of them, whichever node is asked', async () => {
    const { edge, a, b } = cluster
    using ada = await writer(a, 'team-a/plan')
    using ben = await writer(b, 'team-a/plan')
    ada.text.insert(0, 'one ')
    await ben.reads('one ')
    ben.text.insert(4, 'two ')
    ben.text.format(0, 3, { bold: true })
    await ada.reads('one two ')
    ada.text.delete(0, 4)
    await ben.reads('two ')
    for (const node of [edge, b]) {
      const { outcome, log, replicas, complete } = await verify(node, 'team-a/plan')
      expect([outcome, complete]).toEqual(['agrees', true])
      expect(replicas.map((replica) => replica.outcome)).toEqual(['agrees', 'agrees'])
      expect(replicas.map(({ position }) => position)).toEqual([log.position, log.position])
      expect(new Set(replicas.map((replica) => replica.node)).size).toBe(2)
    }
  })

  it('E1: does not drift while people on both write without a pause', { timeout: 90_000 }, async () => {
    const { edge, a, b } = cluster
    using ada = await writer(a, 'team-a/busy')
    using ben = await writer(b, 'team-a/busy')
    let over = false
    const type = async (editor: StockEditor): Promise<void> => {
      while (!over) {
        editor.text.insert(Math.floor(editor.text.length / 2), 'x')
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    const typing = [type(ada), type(ben)]
    try {
      const { outcome, replicas } = await verify(edge, 'team-a/busy')
      expect(outcome).toBe('agrees')
      expect(replicas).toHaveLength(2)
      expect(replicas.map((replica) => replica.outcome)).not.toContain('differs')
    } finally {
      over = true
      await Promise.all(typing)
    }
  })

  it('E1: is told of without a node that is stuck, which is named', { timeout: 90_000 }, async () => {
    const { edge, a, b } = cluster
    using _ada = await writer(a, 'team-a/stuck')
    using _ben = await writer(b, 'team-a/stuck')
    process.kill(a.pid, 'SIGSTOP')
    try {
      const { outcome, replicas, complete, unanswered } = await verify(edge, 'team-a/stuck')
      expect([outcome, complete, replicas.length, unanswered.length]).toEqual(['agrees', false, 1, 1])
    } finally {
      process.kill(a.pid, 'SIGCONT')
    }
  })
})

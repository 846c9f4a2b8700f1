/** The examples of load balancers, each before two real nodes on one Redis. */
import { get } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import { balancers, LocalCluster } from '../support/local-cluster.ts'
import { SdkWriter } from '../support/sdk-writer.ts'
import { StockEditor } from '../support/stock-editor.ts'

/** So many that chance does not put all of them on one node. */
const many = Array.from({ length: 32 }, (_, index) => `many/${index}`)

describe.each(balancers)('behind %s', (balancer) => {
  let cluster: LocalCluster
  const url = (path: string): string => `${cluster.url}${path}`
  const stock = (id: string): StockEditor => new StockEditor(WebsocketProvider, cluster.webSocketUrl, id)

  beforeAll(async () => {
    cluster = await LocalCluster.start({ balancer, env: { WEFT_LOG_LEVEL: 'debug', WEFT_DRAIN_WINDOW: '500' } })
  })

  afterAll(async () => {
    await cluster[Symbol.asyncDispose]()
  })

  it('the web app, its pages and the API are there', async () => {
    const page = await fetch(url('/'))
    expect(page.headers.get('content-type')).toMatch(/^text\/html/)
    expect(await page.text()).toContain('<div id="root">')
    expect(await (await fetch(url('/d/some/document'))).text()).toContain('<div id="root">')
    expect(await (await fetch(url('/api/v1/documents'))).json()).toMatchObject({ documents: [] })
    expect((await fetch(url('/metrics'))).headers.get('x-request-id')).toBeNull()
  })

  it('a stock client and the SDK write into one document, whichever way its slash is written', async () => {
    await using ada = new SdkWriter(cluster.url, 'team/minutes')
    await ada.write('of the SDK')
    using ben = stock('team/minutes')
    await ben.reads('of the SDK')
    ben.text.insert(0, 'of a stock client, ')
    using encoded = stock('team%2Fminutes')
    await encoded.reads('of a stock client, of the SDK')
    const listed = await fetch(url('/api/v1/documents/team%2Fminutes'))
    expect(await listed.json()).toMatchObject({ id: 'team/minutes' })
  })

  it('a document larger than any buffer between passes both ways', async () => {
    const text = 'as long as it takes '.repeat(100_000)
    await using ada = new SdkWriter(cluster.url, 'long')
    await ada.write(text)
    using ben = stock('long')
    await ben.holds(text.length)
    expect(ben.text.toString()).toBe(text)
  })

  it('people of one document meet on one node, and documents are spread over both', async () => {
    const ways = [...many, ...many.map((id) => id.replace('/', '%2F')), ...many.map((id) => `${id}?query=${id}`)]
    for (const way of ways) {
      using editor = stock(way)
      await editor.synced()
    }
    const [one, two] = await Promise.all(['node-1', 'node-2'].map((node) => documentsOpened(cluster, node)))
    expect(one?.size).toBeGreaterThan(0)
    expect(two?.size).toBeGreaterThan(0)
    expect([...(one ?? [])].filter((id) => two?.has(id))).toEqual([])
  })

  it('S4: the pages of Weft itself are of the same origin, others are not', async () => {
    const asked = async (origin: string): Promise<number> =>
      (await fetch(url('/api/v1/documents'), { headers: { origin } })).status
    expect(await asked(cluster.url)).toBe(200)
    expect(await asked('http://elsewhere.example')).toBe(403)
  })

  it('a page that comes by a name of its own gets nothing of Weft', async () => {
    expect(await requestId(cluster, '127.0.0.1')).toEqual(expect.any(String))
    expect(await requestId(cluster, 'rebound.example')).toBeUndefined()
  })
})

/** What Weft numbers its answers with, of a request that names this host; undefined where the answer is none of Weft's. */
async function requestId(cluster: LocalCluster, host: string): Promise<unknown> {
  return await new Promise((resolve) => {
    get(`${cluster.url}/api/v1/documents`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.headers['x-request-id'])
    }).once('error', () => resolve(undefined))
  })
}

/** The documents of {@link many} that a node has opened since it started. */
async function documentsOpened(cluster: LocalCluster, node: string): Promise<Set<string>> {
  const [log = ''] = await cluster.logs(node)
  return new Set([...log.matchAll(/"event":"document-opened","document":"(many\/[^"]+)"/g)].map(([, id = '']) => id))
}

/** The typed client in a page of another origin, as somebody's own product has it. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { WeftHttp, WeftHttpOptions } from '@weft/client/http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { launchBrowser } from '../support/browser.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

declare global {
  interface Window {
    /** What the page made with its own module. */
    weft: { createWeftHttp(options: WeftHttpOptions): WeftHttp; options: WeftHttpOptions }
  }
}

const secret = 'hush-of-more-than-thirty-two-characters'
const client = fileURLToPath(new URL('../../packages/client', import.meta.url))
/** An image of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let browser: Browser
let weft: ServerProcess
let product: Site
let stranger: Site

beforeAll(async () => {
  const script = await clientScript()
  ;[product, stranger] = await Promise.all([serveSite(script), serveSite(script)])
  const args = ['--allowed-origins', product.origin]
  const serving = startServer({ built: true, command: 'serve', args, env: { WEFT_AUTH_SECRET: secret } })
  ;[browser, weft] = await Promise.all([launchBrowser(), serving])
})

afterAll(async () => {
  await Promise.all([browser?.close(), weft?.[Symbol.asyncDispose](), product?.close(), stranger?.close()])
})

test('a page of an allowed origin creates, lists, writes, reads and renames documents, and reads headers', async () => {
  const page = await pageOf(product, await token('write'))
  const seen = await page.evaluate(async () => {
    const http = window.weft.createWeftHttp(window.weft.options)
    const created = await http.createDocument({ id: 'team/plan', title: 'Plan', content: '# Hi', format: 'markdown' })
    let tag: string | null = null
    const onResponse = ({ headers }: Response): void => void (tag = headers.get('etag'))
    await http.showDocument({ id: 'team/plan' }, { onResponse })
    const headers = { 'if-match': String(tag), prefer: 'return=minimal', 'idempotency-key': 'once' }
    const renamed = await http.changeDocument({ id: 'team/plan' }, { title: 'New plan' }, { headers })
    await http.writeContent({ id: 'team/plan' }, { content: 'more', format: 'text', mode: 'append' })
    const { documents, next } = await http.listDocuments({ prefix: 'team/', order: 'name' })
    const text = await (await http.readContent({ id: 'team/plan', as: 'markdown' })).text()
    return { created, renamed, documents, next, text }
  })
  expect(seen.created).toMatchObject({ id: 'team/plan', title: 'Plan' })
  expect(seen.renamed).toBeNull()
  expect(seen.documents.map(({ id, title }) => [id, title])).toEqual([['team/plan', 'New plan']])
  expect(seen.next).toBeNull()
  expect(seen.text).toBe('# Hi\n\nmore')
})

test('an image that needs a token is shown by its address', async () => {
  const page = await pageOf(product, await token('write'))
  const widths = await page.evaluate(async (encoded) => {
    const http = window.weft.createWeftHttp(window.weft.options)
    await http.createDocument({ id: 'team/pictures' })
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const body = { type: 'application/octet-stream', data: bytes } as const
    const file = await http.putFile({ id: 'team/pictures', name: 'dot.png' }, body)
    const address = await http.makeFileAddress({ id: 'team/pictures', hash: file.hash }, { lifetime: 60 })
    const widthOf = async (path: string): Promise<number> => {
      const image = new Image()
      image.src = window.weft.options.url + path
      await image.decode().catch(() => {})
      return image.naturalWidth
    }
    return [await widthOf(file.path), await widthOf(address.path)]
  }, pixel)
  expect(widths).toEqual([0, 1])
})

test('what is refused is an error that says why; to a page of any other origin nothing is said', async () => {
  const problem = async (site: Site, bearer: string): Promise<unknown> =>
    await (
      await pageOf(site, bearer)
    ).evaluate(async () => {
      const http = window.weft.createWeftHttp(window.weft.options)
      return await http.showDocument({ id: 'elsewhere' }).then(
        () => 'shown',
        (error: unknown) => {
          const { name, kind, status }: Record<string, unknown> = Object(error)
          return { name, kind, status }
        },
      )
    })
  const error = { name: 'WeftHttpError' }
  expect(await problem(product, await token('write'))).toEqual({ ...error, kind: 'not-found', status: 404 })
  expect(await problem(product, 'garbage')).toEqual({ ...error, kind: 'unauthorized', status: 401 })
  expect(await problem(stranger, await token('write'))).toEqual({ ...error, kind: 'unreachable', status: 0 })
})

const token = (role: string): Promise<string> =>
  tokenWith({ secret, claims: { sub: 'ada', access: [{ documents: 'team/*', role }] } })

/** A page that has the client, and a token. */
async function pageOf({ origin }: Site, bearer: string): Promise<Page> {
  const page = await browser.newPage()
  page.setDefaultTimeout(15_000)
  await page.goto(origin)
  await page.waitForFunction(() => 'weft' in window)
  await page.evaluate((options) => Object.assign(window.weft, { options }), { url: weft.url, token: bearer })
  return page
}

/** Somebody's own site, with nothing but the client in it. */
interface Site {
  readonly origin: string
  close(): Promise<void>
}

async function serveSite(script: string): Promise<Site> {
  const page = `<!doctype html><script type="module">import * as weft from '/http.js'; window.weft = { ...weft }</script>`
  const server: Server = createServer(({ url }, response) => {
    const isScript = url === '/http.js'
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
    response.end(isScript ? script : page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The client as its package has it, in one file. */
async function clientScript(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-client-'))
  try {
    const file = join(folder, 'http.js')
    const args = ['src/http/index.ts', '--platform', 'browser', '--format', 'esm', '--file', file]
    await promisify(execFile)(join(client, 'node_modules/.bin/rolldown'), args, { cwd: client })
    return await readFile(file, 'utf8')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Whoever comes by a link reads and writes in the browser, with no other token. */
import type { FileSummary, MadeLink } from '@weft/protocol/http'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tokenWith } from '../../packages/server/test/support/tokens.ts'
import { launchBrowser } from '../support/browser.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { indicatorSays, openWindow, textHas, textOf, write } from '../support/web-app.ts'

/** An image of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const secret = 'hush-of-more-than-thirty-two-characters'

let browser: Browser
let server: ServerProcess

beforeAll(async () => {
  const serving = startServer({ built: true, command: 'serve', env: { WEFT_AUTH_SECRET: secret } })
  ;[browser, server] = await Promise.all([launchBrowser(), serving])
})

afterAll(async () => {
  await Promise.all([browser?.close(), server?.[Symbol.asyncDispose]()])
})

test('a link opens its document, to write in it or to read it, also after the page was loaded again', async () => {
  const token = await tokenWith({ secret, claims: { access: [{ documents: '*', role: 'admin' }] } })
  const ask = (path: string, body: object): Promise<Response> =>
    fetch(`${server.url}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
  await ask('/documents', { id: 'team/shared', title: 'Shared with you' })
  const linkTo = async (role: 'read' | 'write'): Promise<string> => {
    const made: MadeLink = await (await ask('/documents/team%2Fshared/links', { role })).json()
    return server.url + made.path
  }
  await using ada = await openWindow(browser, 'Ada Loom')
  await ada.page.goto(await linkTo('write'))
  await textOf(ada.page).waitFor()
  await write(ada.page, 'by a link')
  await indicatorSays(ada.page, /^Saved$/)
  await using ben = await openWindow(browser, 'Ben Shuttle')
  await ben.page.goto(await linkTo('read'))
  await ben.page.getByText('by a link').waitFor()
  await ada.page.reload()
  await textHas(ada.page, 'by a link')
  await expect.poll(() => ada.page.title()).toContain('Shared with you')
  expect([...ada.errors, ...ben.errors]).toEqual([])
})

test('a link shows the pictures of its document too', async () => {
  const token = await tokenWith({ secret, claims: { access: [{ documents: '*', role: 'admin' }] } })
  const post = async (path: string, type: string, body: BodyInit): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const response = await fetch(`${server.url}/api/v1/documents${path}`, { method: 'POST', headers, body })
    expect(response.ok).toBe(true)
    return response
  }
  await post('', 'application/json', '{"id":"team/pictured"}')
  const file: FileSummary = await (
    await post('/team%2Fpictured/files', 'image/png', Buffer.from(pixel, 'base64'))
  ).json()
  await post('/team%2Fpictured/content', 'text/html', `<p>See:</p><img src="${server.url}${file.path}" alt="a dot">`)
  const { path }: MadeLink = await (await post('/team%2Fpictured/links', 'application/json', '{"role":"write"}')).json()
  await using ada = await openWindow(browser, 'Ada Loom')
  await ada.page.goto(server.url + path)
  const image = ada.page.getByRole('img', { name: 'a dot' })
  await image.waitFor()
  await expect
    .poll(() => image.evaluate((shown) => (shown instanceof HTMLImageElement ? shown.naturalWidth : 0)))
    .toBe(1)
  // What the document holds is the picture's lasting address.
  await write(ada.page, 'Written.')
  await indicatorSays(ada.page, /^Saved$/)
  const headers = { authorization: `Bearer ${token}` }
  const html = await (await fetch(`${server.url}/api/v1/documents/team%2Fpictured/content?as=html`, { headers })).text()
  expect(html).toContain('Written.')
  expect(html).toContain(`src="${server.url}${file.path}"`)
  expect(ada.errors).toEqual([])
})

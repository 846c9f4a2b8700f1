/** What must hold for people who use a keyboard only, who need contrast, and against links that would run script. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { launchBrowser } from '../support/browser.ts'
import { contrastFailures } from '../support/contrast.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { indicatorSays, openDocumentPage, openWindow, textHas, textOf, write } from '../support/web-app.ts'

let browser: Browser
let server: ServerProcess

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startServer({ built: true })])
})

afterAll(async () => {
  await Promise.all([browser?.close(), server?.[Symbol.asyncDispose]()])
})

test('with the keyboard alone: make a document, name it, write, format', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  const { page } = ada
  const { keyboard } = page
  await page.goto(server.url)
  await page.getByRole('button', { name: 'New document' }).waitFor()
  await tabTo(page, 'New document')
  await keyboard.press('Enter')
  await textOf(page).waitFor()
  await page.locator('textarea:focus').waitFor()
  await keyboard.type('Typed title')
  await keyboard.press('Enter')
  await page.locator('.prose:focus').waitFor()
  await keyboard.type('plain ')
  await keyboard.press('Control+b')
  await keyboard.type('strong')
  await page.locator('.prose strong', { hasText: 'strong' }).waitFor()

  // From the text to the toolbar, along it, and back.
  await keyboard.press('Alt+F10')
  for (let step = 0; (await focusedName(page)) !== 'Heading 2'; step++) {
    expect(step).toBeLessThan(20)
    await keyboard.press('ArrowRight')
  }
  await keyboard.press('Enter')
  await page.getByRole('heading', { level: 2, name: 'plain strong' }).waitFor()
  await keyboard.type('!')
  await textHas(page, 'strong!')

  await keyboard.press('Control+k')
  await page.locator('input[type=url]:focus').waitFor()
  await keyboard.type('example.org')
  await keyboard.press('Enter')
  await page.locator('.prose a[href="https://example.org"]').waitFor()
  await indicatorSays(page, /^Saved$/)
  expect(ada.errors).toEqual([])
})

test.each(['light', 'dark'] as const)('in the %s scheme every text reads, at least 4.5 to 1', async (colorScheme) => {
  await using ada = await openWindow(browser, 'Ada Loom', { colorScheme })
  const { page } = ada
  await openDocumentPage(page, server.url, `contrast-${colorScheme}`)
  await write(page, '# Heading\nA paragraph with **strong** and `code`.\n> A quote\n\n')
  await page.getByRole('blockquote').waitFor()
  expect(await page.locator('html').getAttribute('data-mantine-color-scheme')).toBe(colorScheme)
  expect(await contrastFailures(page)).toEqual([])

  await page.routeWebSocket(/\/sync\//, (socket) => void socket.close())
  await page.reload()
  await indicatorSays(page, /^Offline/)
  expect(await contrastFailures(page)).toEqual([])

  await page.goto(server.url)
  await page.getByRole('link', { name: `contrast-${colorScheme}` }).waitFor()
  expect(await contrastFailures(page)).toEqual([])
})

test('a link that would run script is refused when typed and made harmless when sent', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  const { page } = ada
  await openDocumentPage(page, server.url, 'links')
  await write(page, 'words')
  await page.keyboard.press('Control+a')
  await page.getByRole('button', { name: 'Link', exact: true }).click()
  await page.getByLabel('Link address').fill('  JaVa\tscript:alert(1)')
  await page.keyboard.press('Enter')
  await page.getByText('A link needs an address that begins with').waitFor()
  expect(await page.locator('.prose a').count()).toBe(0)
  await page.keyboard.press('Escape')

  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`${server.webSocketUrl}/sync`, 'links', doc, { disableBc: true })
  try {
    const paragraph = new Y.XmlElement('paragraph')
    const text = new Y.XmlText()
    text.insert(0, 'sent by a stranger', { link: { href: 'javascript:alert(1)' } })
    paragraph.insert(0, [text])
    doc.getXmlFragment('default').insert(0, [paragraph])
    // Presence that is no position must not break anyone's editor.
    provider.awareness.setLocalState({ user: { name: 'Mallory', color: '#123456' }, cursor: { anchor: 7, head: {} } })
    await textHas(page, 'sent by a stranger')
    expect(await page.locator('.prose a[href^="javascript" i]').count()).toBe(0)
    await write(page, ' and on')
    await textHas(page, 'and on')
    expect(ada.errors).toEqual([])
  } finally {
    provider.destroy()
    doc.destroy()
  }
})

async function tabTo(page: Page, name: string): Promise<void> {
  for (let step = 0; step < 15; step++) {
    await page.keyboard.press('Tab')
    if ((await focusedName(page)) === name) return
  }
  throw new Error(`no Tab leads to "${name}"`)
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { activeElement } = document
    return activeElement?.getAttribute('aria-label') ?? activeElement?.textContent ?? ''
  })
}

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { startServer } from '../support/server-process.ts'
import { indicatorSays, openDocumentPage, openWindow, textHas, textOf, wordsOf, write } from '../support/web-app.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
})

const keptHere = /^Offline: [1-9]\d* changes? kept on this device$/

test('L1: the indicator and the text are right through kill -9 and restart', async () => {
  await using server = await startServer({ built: true })
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'killed')
  await openDocumentPage(bob.page, server.url, 'killed')
  await write(ada.page, 'before ')
  await textHas(bob.page, 'before')
  await indicatorSays(ada.page, /^Saved$/)

  await server.kill('SIGKILL')
  await indicatorSays(ada.page, /^Offline: nothing is unsaved$/)
  await write(ada.page, 'during ')
  await indicatorSays(ada.page, keptHere)
  await textHas(ada.page, 'before during')

  await server.restart()
  await indicatorSays(ada.page, /^Saved$/)
  await textHas(ada.page, 'before during')
  await textHas(bob.page, 'before during')

  // What is called saved is there for someone who was never here before.
  await using cas = await openWindow(browser, 'Cas Shuttle')
  await openDocumentPage(cas.page, server.url, 'killed')
  await textHas(cas.page, 'before during')
  expect(ada.errors).toEqual([])
  expect(bob.errors).toEqual([])
})

test('what was written offline is there after a reload, and is saved once the server answers', async () => {
  await using server = await startServer({ built: true })
  await using ada = await openWindow(browser, 'Ada Loom')
  await openDocumentPage(ada.page, server.url, 'reloaded')
  await write(ada.page, 'online ')
  await indicatorSays(ada.page, /^Saved$/)

  // Only the sockets: the page itself must still come from somewhere.
  let reachable = false
  await ada.page.routeWebSocket(/\/sync\//, (socket) => {
    if (reachable) socket.connectToServer()
    else void socket.close()
  })
  await ada.page.reload()
  await textHas(ada.page, 'online')
  await write(ada.page, 'offline ')
  await indicatorSays(ada.page, keptHere)
  await ada.page.reload()
  await textHas(ada.page, 'online offline')
  await indicatorSays(ada.page, keptHere)

  reachable = true
  await ada.page.getByRole('button', { name: 'Try to connect now' }).click()
  await indicatorSays(ada.page, /^Saved$/)
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(bob.page, server.url, 'reloaded')
  await textHas(bob.page, 'online offline')
})

test('a document whose text is still on its way is not shown as an empty one', async () => {
  await using server = await startServer({ built: true })
  await using ada = await openWindow(browser, 'Ada Loom')
  await ada.page.routeWebSocket(/\/sync\//, (socket) => void socket.close())
  await ada.page.goto(`${server.url}/d/never-seen`)
  await ada.page.getByText('Not on this device').waitFor()
  expect(await textOf(ada.page).count()).toBe(0)
})

test('what a device holds of a document that was made anew is set aside and shown, not merged', async () => {
  // A store in memory is gone with its process: the same address then names another document.
  await using server = await startServer({ built: true, store: 'memory:' })
  await using ada = await openWindow(browser, 'Ada Loom')
  await openDocumentPage(ada.page, server.url, 'anew')
  await write(ada.page, 'of the old one')
  await indicatorSays(ada.page, /^Saved$/)
  await server.kill('SIGKILL')
  await write(ada.page, ', unsaved')
  await indicatorSays(ada.page, keptHere)
  await server.restart()
  await indicatorSays(ada.page, /^Refused: the document was made anew$/)
  await textHas(ada.page, 'of the old one, unsaved')

  await ada.page.getByRole('button', { name: 'Reload' }).click()
  await ada.page.getByText('This device kept an earlier document').waitFor()
  await indicatorSays(ada.page, /^Saved$/)
  expect(await wordsOf(ada.page)).toBe('')
  await ada.page.getByText('Show its text').click()
  await ada.page.locator('pre', { hasText: 'of the old one, unsaved' }).waitFor()
})

test('R5: a reader is refused with the reason, and others read on', async () => {
  await using server = await startServer({ built: true })
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'read-only')
  await write(ada.page, 'only to be read')
  await indicatorSays(ada.page, /^Saved$/)
  await server.kill('SIGTERM')
  await server.restart(['--anonymous', 'read'])
  await openDocumentPage(ada.page, server.url, 'read-only')
  await openDocumentPage(bob.page, server.url, 'read-only')

  await write(ada.page, ' NO')
  await indicatorSays(ada.page, /^Refused: you may read, not write$/)
  await ada.page.getByRole('alert').filter({ hasText: 'Ask for write access' }).waitFor()
  expect(await textOf(ada.page).getAttribute('contenteditable')).toBe('false')

  await indicatorSays(bob.page, /^Saved$/)
  expect(await wordsOf(bob.page)).toBe('only to be read')
})

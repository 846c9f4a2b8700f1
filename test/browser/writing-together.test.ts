import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { indicatorSays, openDocumentPage, openWindow, textHas, textOf, wordsOf, write } from '../support/web-app.ts'

let browser: Browser
let server: ServerProcess

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startServer({ built: true })])
})

afterAll(async () => {
  await Promise.all([browser?.close(), server?.[Symbol.asyncDispose]()])
})

test('two windows write in one document and see each other’s words, carets and names', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'together')
  await openDocumentPage(bob.page, server.url, 'together')

  await write(ada.page, 'From Ada. ')
  await textHas(bob.page, 'From Ada.')
  await write(bob.page, 'From Bob. ')
  await textHas(ada.page, 'From Ada. From Bob.')

  await ada.page.locator('.caret-name', { hasText: 'Bob Heddle' }).waitFor()
  await bob.page.locator('.caret-name', { hasText: 'Ada Loom' }).waitFor()
  await ada.page.getByText('Also here: Bob Heddle').waitFor({ state: 'attached' })
  await indicatorSays(ada.page, /^Saved$/)
  await indicatorSays(bob.page, /^Saved$/)

  await bob.page.close()
  await ada.page.locator('.caret-name').waitFor({ state: 'detached' })
  expect(ada.errors).toEqual([])
  expect(bob.errors).toEqual([])
})

test('a table made in one window is filled in another', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'table')
  await openDocumentPage(bob.page, server.url, 'table')

  await textOf(ada.page).click()
  await ada.page.getByRole('button', { name: 'Table' }).click()
  await ada.page.getByRole('menuitem', { name: 'Insert table' }).click()
  await ada.page.keyboard.type('Yarn')
  await bob.page.getByRole('columnheader', { name: 'Yarn' }).waitFor()
  await bob.page.getByRole('cell').first().click()
  await bob.page.keyboard.type('Wool')
  await ada.page.getByRole('cell', { name: 'Wool' }).waitFor()

  await bob.page.getByRole('button', { name: 'Table' }).click()
  await bob.page.getByRole('menuitem', { name: 'Row below' }).click()
  await ada.page.getByRole('row').nth(3).waitFor()
  expect(await ada.page.getByRole('row').count()).toBe(4)
  expect(ada.errors).toEqual([])
  expect(bob.errors).toEqual([])
})

test('undo takes back one’s own words and leaves the other’s', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'undo')
  await openDocumentPage(bob.page, server.url, 'undo')

  await write(ada.page, 'kept by Ada ')
  await textHas(bob.page, 'kept by Ada')
  await write(bob.page, 'undone by Bob')
  await textHas(ada.page, 'undone by Bob')
  await bob.page.getByRole('button', { name: 'Undo' }).click()
  await ada.page.getByText('undone by Bob').waitFor({ state: 'detached' })
  expect((await wordsOf(ada.page)).trim()).toBe('kept by Ada')
})

test('the title is kept by the catalog and reaches the other window and the list', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, server.url, 'titled')
  await openDocumentPage(bob.page, server.url, 'titled')

  await ada.page.getByRole('textbox', { name: 'Title' }).fill('On plain weave')
  await ada.page.getByRole('textbox', { name: 'Title' }).press('Enter')
  await bob.page.locator('textarea', { hasText: 'On plain weave' }).waitFor()
  await bob.page.getByRole('link', { name: 'Weft, all documents' }).click()
  await bob.page.getByRole('link', { name: 'On plain weave' }).waitFor()
})

test('a title that cannot be saved says so, and is saved once it can', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  const { page } = ada
  await openDocumentPage(page, server.url, 'title-fails')
  await page.route('**/api/v1/documents/title-fails', (route) =>
    route.request().method() === 'PATCH' ? route.abort() : route.continue(),
  )
  await page.getByRole('textbox', { name: 'Title' }).fill('Not lost')
  await page.getByText('The title is not saved: The server cannot be reached.').waitFor()
  await page.unroute('**/api/v1/documents/title-fails')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('The title is not saved').waitFor({ state: 'detached' })
  const kept = await page.request.get(`${server.url}/api/v1/documents/title-fails`)
  expect(await kept.json()).toMatchObject({ title: 'Not lost' })
})

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../support/browser.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { openWindow, textOf } from '../support/web-app.ts'

let browser: Browser
let server: ServerProcess

beforeAll(async () => {
  ;[browser, server] = await Promise.all([launchBrowser(), startServer({ built: true })])
})

afterAll(async () => {
  await Promise.all([browser?.close(), server?.[Symbol.asyncDispose]()])
})

test('a new document appears in another window’s list, with who is in it', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await bob.page.goto(server.url)
  await bob.page.getByText('Nothing written yet').waitFor()

  await ada.page.goto(server.url)
  await ada.page.getByRole('button', { name: 'New document' }).click()
  await textOf(ada.page).waitFor()
  await ada.page.getByRole('textbox', { name: 'Title' }).fill('Fresh from the loom')

  const row = bob.page.getByRole('link', { name: 'Fresh from the loom' })
  await row.filter({ hasText: 'In it now: Ada Loom' }).waitFor()
  await ada.page.close()
  await row.filter({ hasNotText: 'Ada Loom' }).waitFor()

  await row.focus()
  await bob.page.keyboard.press('Enter')
  await textOf(bob.page).waitFor()
  expect(bob.errors).toEqual([])
})

test('the list keeps focus on a row that a refresh moves', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  for (const id of ['move-a', 'move-b', 'move-c']) {
    await ada.page.request.post(`${server.url}/api/v1/documents`, { data: { id, title: id.toUpperCase() } })
  }
  await ada.page.goto(server.url)
  const row = ada.page.getByRole('link', { name: 'MOVE-B' })
  await row.focus()
  await ada.page.request.patch(`${server.url}/api/v1/documents/move-a`, { data: { title: 'A, moved up' } })
  await ada.page.getByRole('link', { name: 'A, moved up' }).waitFor()
  expect(await row.evaluate((link) => link === document.activeElement)).toBe(true)
})

test('a failing server is named, and a later answer is taken without a reload', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await ada.page.route('**/api/v1/documents?*', (route) =>
    route.fulfill({
      status: 503,
      json: { type: '/problems/store-unavailable', title: 'The store is away', status: 503 },
    }),
  )
  await ada.page.goto(server.url)
  await ada.page.getByRole('alert').filter({ hasText: 'The store is away' }).waitFor()
  await ada.page.unroute('**/api/v1/documents?*')
  await ada.page.getByRole('button', { name: 'Try again' }).click()
  await ada.page.getByRole('heading', { name: 'Documents' }).waitFor()
  await ada.page.getByRole('alert').waitFor({ state: 'detached' })
})

test('an id that is none is explained', async () => {
  await using ada = await openWindow(browser, 'Ada Loom')
  await ada.page.goto(`${server.url}/d/white%20space`)
  await ada.page.getByRole('heading', { name: 'This is not a document id' }).waitFor()
  await ada.page.getByText('white space').waitFor()
})

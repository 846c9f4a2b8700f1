import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { launchBrowser } from '../support/browser.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'
import { indicatorSays, openDocumentPage, openWindow, textHas, write } from '../support/web-app.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser?.close()
})

const startNode = (redis: RedisServer): Promise<ServerProcess> =>
  startServer({ built: true, command: 'serve', store: redis.url, args: ['--anonymous', 'write'] })

test('X3: with the store away two people on two nodes write on, are told what is unsaved, and have all of it afterwards', async () => {
  await using redis = await RedisServer.start(...durableSettings)
  await using a = await startNode(redis)
  await using b = await startNode(redis)
  await using ada = await openWindow(browser, 'Ada Loom')
  await using bob = await openWindow(browser, 'Bob Heddle')
  await openDocumentPage(ada.page, a.url, 'shared')
  await openDocumentPage(bob.page, b.url, 'shared')
  await write(ada.page, 'before ')
  await textHas(bob.page, 'before')
  // Each is shown where the other one is, across the nodes.
  await bob.page.locator('.caret', { hasText: 'Ada Loom' }).waitFor()

  await redis.kill()
  await write(ada.page, 'of Ada ')
  await indicatorSays(ada.page, /^Saving/)
  await write(bob.page, 'of Bob ')
  await indicatorSays(bob.page, /^Saving/)
  await redis.restart()
  await indicatorSays(ada.page, /^Saved$/)
  await indicatorSays(bob.page, /^Saved$/)
  for (const { page } of [ada, bob]) {
    await textHas(page, 'of Ada')
    await textHas(page, 'of Bob')
  }
  expect([...ada.errors, ...bob.errors]).toEqual([])
})

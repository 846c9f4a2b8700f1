/** The web app in a browser, as the browser tests drive it. Every wait is for something to show. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'

const built = fileURLToPath(new URL('../../packages/web/dist/index.html', import.meta.url))

/** One window, with its own storage, as if on another device. */
export interface AppWindow {
  readonly page: Page
  /** Errors that the page threw and did not catch. */
  readonly errors: readonly Error[]
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Opens a window for someone of this name.
 *
 * @throws Error where the web app is not built
 */
export async function openWindow(
  browser: Browser,
  name: string,
  options: BrowserContextOptions = {},
): Promise<AppWindow> {
  if (!existsSync(built)) throw new Error('The web app is not built: run `pnpm --filter @weft/web build` first.')
  const context = await browser.newContext(options)
  const person = JSON.stringify({ name, color: '#5667c9' })
  await context.addInitScript((kept) => localStorage.setItem('weft.person', kept), person)
  const page = await context.newPage()
  // Less than a test may take, so that what fails is the step, by name.
  page.setDefaultTimeout(15_000)
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  return { page, errors, [Symbol.asyncDispose]: () => context.close() }
}

/** The text that is edited. */
export function textOf(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Text', exact: true })
}

/** The words of the text, without the names at other people's carets. */
export function wordsOf(page: Page): Promise<string> {
  return textOf(page).evaluate(withoutCarets)
}

/** Resolves when the text contains this, other people's carets within it or not. */
export async function textHas(page: Page, text: string): Promise<void> {
  await textOf(page).waitFor()
  await page.waitForFunction((wanted) => {
    const copy = document.querySelector('.prose')?.cloneNode(true)
    if (!(copy instanceof Element)) return false
    for (const caret of copy.querySelectorAll('.caret')) caret.remove()
    return copy.textContent.includes(wanted)
  }, text)
}

function withoutCarets(element: Element): string {
  const copy = element.cloneNode(true)
  if (!(copy instanceof Element)) return ''
  for (const caret of copy.querySelectorAll('.caret')) caret.remove()
  return copy.textContent ?? ''
}

/** Resolves when the indicator says this. */
export async function indicatorSays(page: Page, text: RegExp): Promise<void> {
  await page.getByTestId('save-indicator').filter({ hasText: text }).waitFor()
}

/** Opens a document and resolves when it is in sync and everything is saved. */
export async function openDocumentPage(page: Page, url: string, id: string): Promise<void> {
  await page.goto(`${url}/d/${id}`)
  await textOf(page).waitFor()
  await indicatorSays(page, /^Saved$/)
}

/** Puts the caret at the end of the text and types. */
export async function write(page: Page, text: string): Promise<void> {
  await textOf(page).focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.type(text)
}

/** Chromium, as the machine has it: the tests download nothing. */
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

/**
 * Where Chromium is: the environment's `CHROMIUM`, else the first on the PATH.
 *
 * @throws Error that says what to install
 */
export function findChromium(): string {
  const named = process.env['CHROMIUM']
  if (named !== undefined && named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  // macOS keeps applications off the PATH.
  const candidates = [
    ...folders.flatMap((folder) => names.map((name) => join(folder, name))),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ]
  const found = candidates.find(isExecutable)
  if (found === undefined) {
    throw new Error('No Chromium found. Install chromium or Google Chrome, or set CHROMIUM to its path.')
  }
  return found
}

/** Starts a headless browser. Without its sandbox, since containers that run as root do not allow one. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), headless: true, args: ['--no-sandbox'] })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

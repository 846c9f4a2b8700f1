/**
 * How long a new user waits: `npm start` in a fresh clone until its first page is usable in a browser, with the packages
 * already in the machine's caches; and the same again with nothing changed.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../test/support/browser.ts'
import { runCommand, wholeNumber } from './support/arguments.ts'
import { percentile } from './support/percentiles.ts'
import { printReport } from './support/report.ts'

const usage = `Usage: node bench/start-time.ts [options]
  --rounds <n>   starts with nothing changed (5)
  --json         print JSON`

const root = fileURLToPath(new URL('..', import.meta.url))

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const rounds = wholeNumber('rounds', values.rounds, 1)
  const folder = await mkdtemp(join(tmpdir(), 'weft-start-'))
  const browser = await launchBrowser()
  try {
    const clone = join(folder, 'weft')
    await promisify(execFile)('git', ['clone', '--quiet', root, clone])
    const first = await start(clone, browser)
    const again: number[] = []
    for (let round = 0; round < rounds; round++) again.push(await start(clone, browser))
    const measures = [
      { name: 'fresh clone until the page is usable', value: first / 1000, unit: 's', goal: { below: 15 } },
      { name: 'started again, median', value: percentile(again, 50) / 1000, unit: 's', goal: { below: 3 } },
      { name: 'started again, slowest', value: Math.max(...again) / 1000, unit: 's' },
    ]
    return printReport({ title: 'npm start, packages cached', measures }, values.json)
  } finally {
    await browser.close()
    await rm(folder, { recursive: true, force: true })
  }
})

/** Milliseconds from the command to a page on which a person can begin a document. */
async function start(clone: string, browser: Browser): Promise<number> {
  const page = await browser.newPage()
  const begun = performance.now()
  const npm = spawn('npm', ['start', '--', '--port', '0'], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  try {
    await page.goto(await linkOf(npm))
    await page.getByRole('button', { name: 'New document' }).first().click({ trial: true })
    return performance.now() - begun
  } finally {
    await page.close()
    const ended = once(npm, 'close')
    if (npm.pid !== undefined) process.kill(-npm.pid, 'SIGTERM')
    await ended
  }
}

async function linkOf(npm: ChildProcess): Promise<string> {
  if (npm.stdout === null) throw new Error('npm start has no output')
  for await (const line of createInterface({ input: npm.stdout })) {
    const url = /"url":"([^"]+)"/.exec(line)?.[1]
    if (url !== undefined) {
      npm.stdout.resume()
      return url
    }
  }
  throw new Error('npm start ended without a link')
}

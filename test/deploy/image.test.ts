/** The container image, as far as it can be tried without containers: its files, its commands and its settings. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')

/** The program and arguments of an instruction in its JSON form. */
function command(instruction: RegExp): string[] {
  const [, json = 'null'] = new RegExp(`^${instruction.source} (\\[.*\\])$`, 'm').exec(dockerfile) ?? []
  const parsed: unknown = JSON.parse(json)
  if (!Array.isArray(parsed)) throw new Error(`the Dockerfile has no ${instruction.source} in JSON`)
  return parsed.map(String)
}

const [entry = '', ...entryArgs] = command(/ENTRYPOINT/)
const health = command(/HEALTHCHECK .*CMD/)

describe('the image', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-image-'))
    for (const [, from = '', to = ''] of dockerfile.matchAll(/^COPY --from=build \/weft\/(\S+) (\S+)$/gm)) {
      cpSync(join(root, from), join(folder, to), { recursive: true })
    }
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  it('has all that the server needs, and says how it is', async () => {
    expect([entry, health[0]]).toEqual(['node', 'node'])
    const args = [...entryArgs, ...command(/CMD/), '--store', 'memory:', '--host', '127.0.0.1', '--port', '0']
    const server = spawn(process.execPath, args, {
      cwd: folder,
      env: { WEFT_ANONYMOUS: 'write' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const url = await listening(server)
      const page = await fetch(url)
      expect(await page.text()).toContain('<div id="root">')
      expect(await healthOf(new URL(url).port)).toBe(0)
    } finally {
      const ended = once(server, 'close')
      server.kill('SIGTERM')
      await ended
    }
    expect(server.exitCode).toBe(0)
  })

  it('says that it is not well where nothing listens', async () => {
    expect(await healthOf('1')).not.toBe(0)
  })
})

it('every setting that the Dockerfile and docker-compose.yml name is one of the server, of the Caddyfile or of Compose', () => {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
  const help = execFileSync(process.execPath, [join(root, 'packages/server/src/main.ts'), 'help'], { encoding: 'utf8' })
  const known = [
    ...namesIn(help, /WEFT_[A-Z_]+/g),
    ...namesIn(readFileSync(join(root, 'deploy/caddy/Caddyfile'), 'utf8'), /WEFT_[A-Z_]+/g),
    ...namesIn(compose, /(?<=\$\{)WEFT_[A-Z_]+/g),
  ]
  const named = namesIn(`${dockerfile}${compose}`, /WEFT_[A-Z_]+/g)
  expect(named.length).toBeGreaterThan(5)
  expect(named.filter((name) => !known.includes(name))).toEqual([])
})

/** The exit code of the health check, for a server on this port. */
async function healthOf(port: string): Promise<number> {
  return await new Promise((resolve) => {
    const check = execFile(process.execPath, health.slice(1), { env: { WEFT_PORT: port } }, () => {
      resolve(check.exitCode ?? -1)
    })
  })
}

async function listening(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('its output is read')
  for await (const line of createInterface({ input: server.stdout })) {
    const [, url] = /"event":"listening".*"url":"([^"]+)"/.exec(line) ?? []
    if (url === undefined) continue
    server.stdout.resume()
    return url
  }
  throw new Error('the server ended before it listened')
}

function namesIn(text: string, expression: RegExp): string[] {
  return text.match(expression) ?? []
}

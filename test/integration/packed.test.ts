/** The packages as they are published, in a folder that has nothing else. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const minutes = 60_000

const exec = promisify(execFile)

/** What the SDK shares with the page that it is in. No registry is asked for it here: it is linked from the checkout. */
const shared = ['yjs', 'lib0', 'y-protocols', 'y-websocket']

/** What the packages are made from. It is packed in a copy, since a manifest is another one while its package is packed. */
const sources = ['packages', 'scripts', 'tools', 'tsconfig.json']

let folder: string

const packed = (name: string): string => join(folder, `weft-${name}-0.0.0.tgz`)

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'weft-packed-')))
  const checkout = join(folder, 'checkout')
  for (const path of sources) {
    await cp(join(root, path), join(checkout, path), { recursive: true, verbatimSymlinks: true })
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'))
  for (const name of ['server', 'client']) {
    const cwd = join(checkout, 'packages', name)
    await exec('npm', ['pack', '--offline', '--pack-destination', folder], { cwd })
    expect(await readFile(join(cwd, 'package.json'), 'utf8'), 'the manifest is put back').toBe(
      await readFile(join(root, 'packages', name, 'package.json'), 'utf8'),
    )
  }
  await mkdir(join(folder, 'server'))
  await writeFile(join(folder, 'server/package.json'), JSON.stringify({ private: true, type: 'module' }))
  await exec('npm', ['install', '--offline', '--no-audit', packed('server')], { cwd: join(folder, 'server') })
  await mkdir(join(folder, 'page'))
  const dependencies = { '@weft/client': `file:${packed('client')}` }
  await writeFile(join(folder, 'page/package.json'), JSON.stringify({ private: true, type: 'module', dependencies }))
  const links = shared.map((name) => `  ${name}: link:${join(root, 'packages/client/node_modules', name)}`)
  await writeFile(join(folder, 'page/pnpm-workspace.yaml'), `overrides:\n${links.join('\n')}\n`)
  await exec('pnpm', ['install', '--offline'], { cwd: join(folder, 'page') })
}, 5 * minutes)

afterAll(() => rm(folder, { recursive: true, force: true }))

it(
  'installed in an empty folder, weft dev serves the web app, the API’s page and a document',
  async () => {
    const weft = join(folder, 'server/node_modules/.bin/weft')
    const server = spawn(weft, ['dev', '--port', '0'], {
      cwd: join(folder, 'server'),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(server, 'close')
    try {
      const url = await listening(server.stdout)
      const page = await (await fetch(url)).text()
      expect(page).toContain('<title>Weft</title>')
      const [, script = ''] = /<script type="module"[^>]* src="([^"]+)"/.exec(page) ?? []
      expect((await fetch(url + script)).status).toBe(200)
      expect(await (await fetch(`${url}/api`)).text()).toContain('The HTTP API')
      await writeFile(join(folder, 'page/write.ts'), program)
      const { stdout } = await exec(process.execPath, ['write.ts', url], { cwd: join(folder, 'page') })
      expect(stdout).toBe('team-a/plan: Hello, saved\n')
      const { stdout: listed } = await exec(weft, ['documents', 'list', '--url', url])
      expect(listed).toMatch(/^document .*\nteam-a\/plan /)
    } finally {
      server.kill('SIGTERM')
      expect(await ended).toEqual([0, null])
    }
  },
  2 * minutes,
)

it(
  'their types are there, and say what a program may',
  async () => {
    const compilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'dom'],
      typeRoots: [join(root, 'node_modules/@types')],
      types: ['node'],
    }
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*/*.ts'] }))
    await writeFile(join(folder, 'page/write.ts'), program)
    await writeFile(join(folder, 'server/embed.ts'), embedding)
    const tsc = join(root, 'node_modules/.bin/tsc')
    await exec(tsc, ['--project', folder])
    await writeFile(join(folder, 'server/embed.ts'), embedding.replace("role: 'write'", "role: 'wrote'"))
    await expect(exec(tsc, ['--project', folder])).rejects.toMatchObject({
      stdout: expect.stringContaining(`'"wrote"' is not assignable`),
    })
  },
  2 * minutes,
)

/** Where the server listens, by its log. */
async function listening(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const { event, url }: Record<string, unknown> = JSON.parse(line)
    if (event === 'listening') return String(url)
  }
  throw new Error('it ended before it listened')
}

const program = `
import { openDocument } from '@weft/client'
import { createWeftHttp } from '@weft/client/http'

const url = process.argv[2] ?? ''
const document = openDocument({ url, id: 'team-a/plan' })
document.doc.getText('t').insert(0, 'Hello')
await new Promise<void>((resolve) => {
  document.subscribe(() => {
    if (document.state.status === 'live' && document.state.unsaved === 0) resolve()
  })
})
const { documents } = await createWeftHttp({ url }).listDocuments({ prefix: 'team-a/' })
console.log(\`\${documents[0]?.id}: \${document.doc.getText('t').toString()}, saved\`)
await document.close()
`

const embedding = `
import { createServer } from 'node:http'
import { createWeft } from '@weft/server'

const weft = await createWeft({
  store: 'memory:',
  authorize: () => ({ subject: 'ada', access: [{ documents: '*', role: 'write' }] }),
})
weft.attach(createServer())
const saved: boolean = await weft.stop()
console.log(saved)
`

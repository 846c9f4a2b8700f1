import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openStore } from '@weft/persistence'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Runs the command to its end. */
async function run(...args: string[]): Promise<{ code: number | null; stderr: string }> {
  return await new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...args], { timeout: 20_000 }, (_error, _stdout, stderr) => {
      resolve({ code: child.exitCode, stderr })
    })
  })
}

describe('a wrong configuration ends the process with 2 and one line', { timeout: 30_000 }, () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-config-'))
  })

  afterEach(async () => {
    await rm(folder, { recursive: true })
  })

  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { code, stderr } = await run('dev', '--port', port, '--store', `sqlite:${folder}/store`)
    other.close()
    expect(stderr).toBe(
      `weft: port ${port} is taken: choose another with --port or WEFT_PORT, or stop what is listening there\n`,
    )
    expect(code).toBe(2)
  })

  it('a store that another process holds', async () => {
    const store = await openStore(`sqlite:${folder}/store`)
    const { code, stderr } = await run('dev', '--port', '0', '--store', `sqlite:${folder}/store`)
    await store.close()
    expect(stderr).toMatch(/^weft: .*(held|in use|another).*\n$/)
    expect(code).toBe(2)
  })

  it('a store of a scheme that there is not', async () => {
    const { code, stderr } = await run('dev', '--port', '0', '--store', 'postgres://somewhere')
    expect(stderr).toMatch(/^weft: .*sqlite:<folder>.*\n$/)
    expect(code).toBe(2)
  })

  it.each([
    [
      'replicas with a store that has none',
      ['--store', 'sqlite:<folder>', '--durability', 'replicas:1'],
      /--durability replicas:1/,
    ],
    ['a part of a node without a Redis', ['--store', 'sqlite:<folder>', '--role', 'edge'], /--role edge needs a Redis/],
    [
      'fsync where Sentinels name the master',
      ['--store', 'redis+sentinel://127.0.0.1:1/main'],
      /--durability replicas:<n>/,
    ],
    ['a Redis URL that is none', ['--store', 'redis://a:b:c'], /a Redis is named by redis:/],
  ])('%s', async (_name, args, text) => {
    const { code, stderr } = await run('dev', '--port', '0', ...args.map((arg) => arg.replace('<folder>', folder)))
    expect(stderr).toMatch(/^weft: [^\n]*\n$/)
    expect(stderr).toMatch(text)
    expect(code).toBe(2)
  })

  it('a flag that there is not', async () => {
    const { code, stderr } = await run('serve', '--prot', '1')
    expect(stderr).toMatch(/^weft: .*--prot.*\n$/)
    expect(code).toBe(2)
  })
})

it('a server that is not there ends a command that asks it with 1 and one line', { timeout: 30_000 }, async () => {
  const { code, stderr } = await run('documents', 'list', '--url', 'http://127.0.0.1:1')
  expect(stderr).toMatch(/^weft: http:\/\/127\.0\.0\.1:1 cannot be reached: .*\n$/)
  expect(code).toBe(1)
})

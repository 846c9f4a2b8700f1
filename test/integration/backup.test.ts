import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDocument, type WeftDocument } from '@weft/client'
import { openStore } from '@weft/persistence'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { tamper } from '../../packages/persistence/test/sqlite-folder.ts'
import { startServer } from '../support/server-process.ts'
import { runWeft, startWeft } from '../support/weft-command.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-backup-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** Resolves when everything that was written is saved. */
async function saved(document: WeftDocument): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      const { status, unsaved } = document.state
      if (status !== 'live' || unsaved > 0) return
      stop()
      resolve()
    }
    const stop = document.subscribe(look)
    look()
  })
}

/** Opens a document, writes into it, and waits until that is saved. */
async function write(url: string, id: string, text: string): Promise<WeftDocument> {
  const document = openDocument({ url, id })
  await document.synced
  document.doc.getText('t').insert(0, text)
  await saved(document)
  return document
}

/** What a server shows to someone who opens a document. */
async function textAt(url: string, id: string): Promise<string> {
  const document = openDocument({ url, id })
  await document.synced
  const text = document.doc.getText('t').toJSON()
  await document.close()
  return text
}

/** Writes one character after another, each once the one before is saved, until it is told to stop. */
function writeOn(document: WeftDocument): { stop(): Promise<string> } {
  let going = true
  const text = document.doc.getText('t')
  const done = (async () => {
    while (going) {
      text.insert(text.length, '.')
      await saved(document)
    }
  })()
  return {
    async stop() {
      going = false
      await done
      return text.toJSON()
    },
  }
}

describe('a SQLite store', () => {
  it('is backed up while it is served and written to, and serves what was saved when it is restored', async () => {
    await using server = await startServer({ built: true })
    const minutes = await write(server.url, 'team/minutes', 'all of it')
    const other = await write(server.url, 'other', 'something else')
    const writing = writeOn(minutes)
    const file = join(folder, 'backup')
    for (let round = 0; round < 3; round++) {
      const end = await runWeft(['backup', '--store', server.store, '--to', file])
      expect(end).toMatchObject({ code: 0, stderr: `weft: 2 documents backed up to ${file}\n` })
    }
    const written = await writing.stop()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(await readdir(folder)).toEqual(['backup'])
    expect(server.log.filter(({ level }) => level === 'error')).toEqual([])

    const store = `sqlite:${folder}/restored`
    const end = await runWeft(['restore', '--store', store, '--from', file])
    expect(end).toMatchObject({ code: 0, stderr: 'weft: 2 documents read: 2 created\n' })
    await using restored = await startServer({ built: true, store })
    expect(await textAt(restored.url, 'other')).toBe('something else')
    const text = await textAt(restored.url, 'team/minutes')
    expect(text).toMatch(/^all of it\.*$/)
    expect(written.startsWith(text)).toBe(true)
    await Promise.all([minutes.close(), other.close()])
  })

  it('is not restored into while it is served: exit code 2, and what to do', async () => {
    await using server = await startServer({ built: true })
    const file = join(folder, 'backup')
    await runWeft(['backup', '--store', server.store, '--to', file])
    const { code, stderr } = await runWeft(['restore', '--store', server.store, '--from', file])
    expect(stderr).toMatch(/^weft: the store folder .* is held by another running Weft: stop that one.*\n$/)
    expect(code).toBe(2)
  })

  it('gains what it lacks, and keeps what was written and deleted since', async () => {
    const store = `sqlite:${folder}/store`
    await using server = await startServer({ built: true, store })
    for (const id of ['a', 'b', 'other']) await (await write(server.url, id, 'before ')).close()
    const file = join(folder, 'backup')
    await runWeft(['backup', '--store', store, '--to', file])
    await (await write(server.url, 'a', 'after ')).close()
    await server.kill('SIGTERM')
    const opened = await openStore(store)
    await opened.catalog.delete('b', Date.now())
    await opened.close()

    const restore = ['restore', '--store', store, '--from', file]
    expect(await runWeft(restore)).toMatchObject({
      code: 0,
      stderr:
        'weft: b was deleted and stays so: --deleted recreate brings it back\n' +
        'weft: 3 documents read: 2 there already, 1 left deleted\n',
    })
    expect(await runWeft([...restore, '--deleted', 'recreate', '--prefix', 'b'])).toMatchObject({
      code: 0,
      stderr: 'weft: 1 document read: 1 made anew\n',
    })
    await server.restart()
    expect(await textAt(server.url, 'a')).toBe('after before ')
    expect(await textAt(server.url, 'b')).toBe('before ')
  })
})

describe('a Redis store', () => {
  it('is backed up and restored into while it is served, through a pipe, and from SQLite too', async () => {
    await using redis = await RedisServer.start(...durableSettings)
    await using server = await startServer({ built: true, store: redis.url })
    const a = await write(server.url, 'a', 'in Redis')
    const writing = writeOn(a)
    const backup = await runWeft(['backup', '--store', redis.url, '--to', '-'])
    expect(backup).toMatchObject({ code: 0, stderr: 'weft: 1 document backed up to standard output\n' })

    await using embedded = await startServer({ built: true })
    await (await write(embedded.url, 'b', 'in SQLite')).close()
    const other = await runWeft(['backup', '--store', embedded.store, '--to', '-'])
    for (const expected of ['1 created', '1 there already']) {
      const end = await runWeft(['restore', '--store', redis.url, '--from', '-'], other.stdout)
      expect(end).toMatchObject({ code: 0, stderr: `weft: 1 document read: ${expected}\n` })
    }
    // The one that the server has open and is being written to gains nothing and loses nothing.
    const again = await runWeft(['restore', '--store', redis.url, '--from', '-'], backup.stdout)
    expect(again).toMatchObject({ code: 0, stderr: 'weft: 1 document read: 1 there already\n' })
    const written = await writing.stop()
    await a.close()
    expect(await textAt(server.url, 'b')).toBe('in SQLite')
    await server.kill('SIGTERM')
    await server.restart()
    expect(await textAt(server.url, 'a')).toBe(written)
  })
})

describe('a backup that comes to no good end', () => {
  it('L8: leaves the one before it where a document cannot be read, unless it was asked to leave that out', async () => {
    const store = `sqlite:${folder}/store`
    await using server = await startServer({ built: true, store })
    for (const id of ['a', 'b']) await (await write(server.url, id, `text of ${id}`)).close()
    await server.kill('SIGTERM')
    const file = join(folder, 'backup')
    const backup = ['backup', '--store', store, '--to', file]
    await runWeft(backup)
    const before = await readFile(file)
    for (const table of ['entries', 'chunks']) {
      const sql = `UPDATE ${table} SET record = x'00' WHERE document = (SELECT key FROM documents WHERE id = 'a')`
      tamper(join(folder, 'store'), sql)
    }
    const failed = await runWeft(backup)
    expect(failed.stderr).toMatch(/^weft: document a, .*\n$/)
    expect(failed.code).toBe(1)
    expect(await readFile(file)).toEqual(before)
    expect(await readdir(folder)).toEqual(['backup', 'store'])
    const skipped = await runWeft([...backup, '--unreadable', 'skip'])
    expect(skipped.stderr).toMatch(/^weft: left out: document a, .*\nweft: 1 document backed up to .*\n$/)
    expect(skipped.code).toBe(0)
  })

  it('is refused where it is read: exit code 1, the document and the byte; what came before stands', async () => {
    await using server = await startServer({ built: true })
    for (const id of ['a', 'b']) await (await write(server.url, id, `text of ${id}`)).close()
    const { stdout } = await runWeft(['backup', '--store', server.store, '--to', '-'])
    const store = `sqlite:${folder}/restored`
    const cut = await runWeft(['restore', '--store', store, '--from', '-'], stdout.subarray(0, -40))
    expect(cut.stderr).toMatch(/^weft: the backup cannot be read at byte \d+, in document b: it is cut short\n$/)
    expect(cut.code).toBe(1)
    await using restored = await startServer({ built: true, store })
    expect(await textAt(restored.url, 'a')).toBe('text of a')
  })

  it('whoever reads it may stop reading', async () => {
    const store = `sqlite:${folder}/store`
    await using server = await startServer({ built: true, store })
    await (await write(server.url, 'a', 'x'.repeat(2_000_000))).close()
    const command = startWeft(['backup', '--store', store, '--to', '-'])
    command.process.stdout?.once('data', () => command.process.stdout?.destroy())
    expect(await command.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^weft: backup: .*EPIPE.*\n$/) })
  })

  it('a signal ends it even while nobody reads what it writes', async () => {
    const store = `sqlite:${folder}/store`
    await using server = await startServer({ built: true, store })
    await (await write(server.url, 'a', 'x'.repeat(2_000_000))).close()
    const { process: child, ended } = startWeft(['backup', '--store', store, '--to', '-'])
    // A pipe that nobody empties holds less than this document, so the command cannot have come to its end.
    child.stdout?.once('data', () => {
      child.stdout?.pause()
      child.kill('SIGTERM')
    })
    child.once('exit', () => child.stdout?.resume())
    expect(await ended).toMatchObject({ code: null, stderr: '' })
  })

  it.each([
    [['backup', '--to', 'x'], /^weft: --store must be given/],
    [['backup', '--store', 'memory:'], /^weft: --to must be given/],
    [['restore', '--store', 'memory:'], /^weft: --from must be given/],
    [
      ['restore', '--store', 'memory:', '--from', '/nowhere/at/all'],
      /^weft: --from \/nowhere\/at\/all cannot be read: ENOENT/,
    ],
    [['restore', '--store', 'memory:', '--from', '-', '--deleted', 'maybe'], /^weft: --deleted takes skip or recreate/],
    [['backup', '--store', 'memory:', '--to', '-'], /^weft: a memory: store is only in the process that made it/],
    [['backup', '--store', 'memory:', '--port', '1'], /^weft: .*--port/],
  ])('%j is a wrong configuration: exit code 2, one line', async (args, message) => {
    const { code, stderr } = await runWeft(args)
    expect(stderr).toMatch(message)
    expect(stderr.trimEnd()).not.toContain('\n')
    expect(code).toBe(2)
  })
})

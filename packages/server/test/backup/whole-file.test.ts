import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeFileWhole } from '../../src/backup/whole-file.ts'
import { ConfigurationError } from '../../src/config/settings.ts'

describe('a file that is written whole or not at all', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-whole-'))
    file = join(folder, 'backup')
    await writeFile(file, 'the one before')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  const never = new AbortController().signal

  it('takes the place of the one before when it is complete, and not earlier', async () => {
    let meanwhile = ''
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('the ')
      meanwhile = await readFile(file, 'utf8')
      yield Buffer.from('next')
    }
    await writeFileWhole(file, Readable.from(bytes()), never)
    expect(meanwhile).toBe('the one before')
    expect(await readFile(file, 'utf8')).toBe('the next')
    expect(await readdir(folder)).toEqual(['backup'])
  })

  it.each(['fails', 'is stopped'])('leaves the one before, and nothing else, where it %s', async (how) => {
    const stop = new AbortController()
    const failure = new Error('for the test')
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half of ')
      if (how === 'fails') throw failure
      stop.abort()
      yield Buffer.from('the next')
    }
    const written = writeFileWhole(file, Readable.from(bytes()), stop.signal)
    await expect(written).rejects.toThrow(how === 'fails' ? failure : /aborted/)
    expect(await readFile(file, 'utf8')).toBe('the one before')
    expect(await readdir(folder)).toEqual(['backup'])
  })

  it('is refused where no file can be, or where something else would be lost', async () => {
    const write = (path: string): Promise<void> => writeFileWhole(path, Readable.from([Buffer.of(1)]), never)
    await mkdir(join(folder, 'folder'))
    await symlink(file, join(folder, 'link'))
    for (const name of ['folder', 'link']) {
      await expect(write(join(folder, name))).rejects.toThrow(/is there and no file: name a file, or -/)
    }
    const missing = write(join(folder, 'missing', 'backup'))
    await expect(missing).rejects.toBeInstanceOf(ConfigurationError)
    await expect(missing).rejects.toThrow(/^--to .* cannot be written: ENOENT/)
    expect((await readdir(folder)).toSorted()).toEqual(['backup', 'folder', 'link'])
  })
})

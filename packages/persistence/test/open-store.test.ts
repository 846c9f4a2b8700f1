import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StoreConfigurationError } from '../src/errors.ts'
import { openStore } from '../src/open-store.ts'

test('a store is opened by its URL', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-open-'))
  for (const url of ['memory:', `sqlite:${folder}`]) {
    const store = await openStore(url)
    expect(await store.catalog.create({ id: 'a', title: 'A', createdBy: 'x', at: 1 })).toBe(true)
    await store.check()
    await store.close()
  }
  await rm(folder, { recursive: true })
})

test('a URL that names no store says which there are, and gives away no password', async () => {
  const open = (url: string): Promise<unknown> => openStore(url).catch((error: unknown) => error)
  for (const url of ['', 'weft', './folder', 'postgres://user:secret@host/db', 'sqlite:', 'memory:x']) {
    const error = await open(url)
    expect(error, url).toBeInstanceOf(StoreConfigurationError)
    expect(String(error), url).toContain('sqlite:<folder>')
    expect(String(error), url).not.toContain('secret')
  }
  expect(String(await open('postgres://user:secret@host/db'))).toContain('postgres')
})

test('a folder that cannot be made or used is an error that names it and says what to do', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'weft-open-'))
  await writeFile(join(parent, 'file'), '')
  for (const folder of [join(parent, 'missing', 'store'), join(parent, 'file'), join(parent, 'file', 'store')]) {
    const opened = openStore(`sqlite:${folder}`)
    await expect(opened).rejects.toThrow(StoreConfigurationError)
    await expect(opened).rejects.toThrow(`the store folder ${folder} cannot be made`)
  }
  await rm(parent, { recursive: true })
})

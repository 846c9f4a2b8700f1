import { readFile } from 'node:fs/promises'
import { MemoryStore, readBackup, writeBackup } from '@weft/persistence'
import { expect, it } from 'vitest'

it('the example of the backup format is what a store without documents is written as, and can be read', async () => {
  const text = await readFile(new URL('../../docs/backup-format.md', import.meta.url), 'utf8')
  const [, block = ''] = /## An example[^]*?```text\n([^]*?)```/.exec(text) ?? []
  const lines = block.split('\n').flatMap((line) => /^(?:[0-9a-f]{2} )+/.exec(line)?.[0] ?? [])
  const example = Buffer.from(lines.join('').replaceAll(' ', ''), 'hex')

  const written: Uint8Array[] = []
  for await (const piece of writeBackup(new MemoryStore())) written.push(piece)
  expect(Buffer.concat(written).toString('hex')).toBe(example.toString('hex'))

  async function* stream(): AsyncGenerator<Uint8Array> {
    yield example
  }
  for await (const { document } of readBackup(new MemoryStore(), stream())) expect.fail(`there is no ${document} in it`)
})

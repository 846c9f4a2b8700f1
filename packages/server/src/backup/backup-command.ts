import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openStoreReader, writeBackup } from '@weft/persistence'
import type { BackupConfig } from '../config/backup-settings.ts'
import { writeFileWhole } from './whole-file.ts'

/** A stream's other name, as many tools have it. */
const standardStream = '-'

/**
 * `weft backup`: writes the documents of a store to a file or to standard output.
 *
 * @param signal aborts it: a file that was there before stands
 * @param say called with a line for each document that is left out
 * @returns one line for whoever asked
 */
export async function backUp(config: BackupConfig, signal: AbortSignal, say: (line: string) => void): Promise<string> {
  const { store: url, to, prefix, skipUnreadable } = config
  const store = await openStoreReader(url)
  try {
    let documents = 0
    const bytes = writeBackup(store, {
      prefix,
      onDocument: () => void documents++,
      ...(skipUnreadable ? { onUnreadable: ({ message }) => say(`left out: ${message}`) } : {}),
    })
    // One piece at a time: a piece may be as large as a document.
    const source = Readable.from(bytes, { highWaterMark: 1 })
    if (to === standardStream) await pipeline(source, process.stdout, { signal, end: false })
    else await writeFileWhole(to, source, signal)
    return `${counted(documents)} backed up to ${to === standardStream ? 'standard output' : to}`
  } finally {
    await store.close()
  }
}

/** A number of documents, in words. */
export function counted(documents: number): string {
  return documents === 1 ? '1 document' : `${documents} documents`
}

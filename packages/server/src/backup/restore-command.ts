import { open } from 'node:fs/promises'
import { addAbortSignal, type Readable } from 'node:stream'
import { openStore, readBackup, type RestoreOutcome } from '@weft/persistence'
import type { RestoreConfig } from '../config/backup-settings.ts'
import { ConfigurationError } from '../config/settings.ts'
import { counted } from './backup-command.ts'

/** What is said of the documents that came to each end. */
const outcomes: Readonly<Record<RestoreOutcome, string>> = {
  created: 'created',
  recreated: 'made anew',
  merged: 'merged into what was there',
  unchanged: 'there already',
  deleted: 'left deleted',
  skipped: 'skipped',
}

/**
 * `weft restore`: merges the documents of a backup into a store.
 *
 * @param signal aborts it: the documents before stand
 * @param say called with a line for each document that is not in the store afterwards
 * @returns one line for whoever asked
 */
export async function restore(
  config: RestoreConfig,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<string> {
  const { store: url, prefix, recreate, durability } = config
  // Before the store: a mistyped name must not make an empty one.
  const bytes = addAbortSignal(signal, await openSource(config.from))
  try {
    const store = await openStore(url, { durability })
    try {
      const counts = new Map<RestoreOutcome, number>()
      let files = 0
      for await (const restored of readBackup(store, bytes, { prefix, recreate })) {
        const { document, outcome } = restored
        if ('file' in restored) {
          if (restored.outcome !== 'deleted') files++
          continue
        }
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
        if (outcome === 'deleted') say(`${document} was deleted and stays so: --deleted recreate brings it back`)
      }
      return summary(counts, files)
    } finally {
      await store.close()
    }
  } finally {
    bytes.destroy()
  }
}

async function openSource(from: string): Promise<Readable> {
  if (from === '-') return process.stdin
  try {
    return (await open(from)).createReadStream()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConfigurationError(`--from ${from} cannot be read: ${reason}`, { cause })
  }
}

function summary(counts: ReadonlyMap<RestoreOutcome, number>, files: number): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const parts = Object.entries(outcomes).flatMap(([outcome, text]) => {
    const count = [...counts].find(([key]) => key === outcome)?.[1]
    return count === undefined ? [] : [`${count} ${text}`]
  })
  const withFiles = files === 0 ? '' : ` with ${files} ${files === 1 ? 'file' : 'files'}`
  return `${counted(total)}${withFiles} read${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

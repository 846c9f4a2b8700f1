/**
 * `kill -9` at random moments of a busy server, again and again on the same store. After each kill the server is started again and
 * read by fresh clients while the writers are still away, because a writer that came back would heal what the store had lost.
 */
import { setImmediate } from 'node:timers/promises'
import { create, int31 } from 'lib0/prng'
import type * as Y from 'yjs'
import { type ServerProcess, startServer } from '../../test/support/server-process.ts'
import { readFresh } from '../support/stock-client.ts'
import { KillWriter, killField } from './kill-writer.ts'

/** What is run. */
export interface KillOptions {
  readonly seed: number
  readonly kills: number
  readonly writers: number
  /** The writers are spread over so many documents. */
  readonly documents: number
  /** How many edits, about, are made between two kills at most. */
  readonly editsPerKill: number
  /** Hears one line per kill. */
  readonly log?: (line: string) => void
}

/** What came of it. `lost` and `unreadable` have to be empty. */
export interface KillOutcome {
  readonly kills: number
  readonly made: number
  /** Edits that were told saved before a kill, and then looked for; each is counted at every kill. */
  readonly compared: number
  /** Edits told saved in all. */
  readonly saved: number
  /** Edits that were made and not told saved at the moment of a kill, in all: what the kills caught in flight. */
  readonly inFlight: number
  readonly lost: readonly string[]
  readonly unreadable: readonly string[]
}

/** Runs it on a server and a store of its own. */
export async function runKills(options: KillOptions): Promise<KillOutcome> {
  const random = create(options.seed)
  await using server = await startServer({ built: true })
  const writers = Array.from({ length: options.writers }, (_, index) => {
    const document = `kills/${options.seed}/${index % options.documents}`
    return new KillWriter(`w${index}`, server.webSocketUrl, document, create(int31(random, 1, 0x7fffffff)))
  })
  const lost: string[] = []
  const unreadable: string[] = []
  let compared = 0
  let inFlight = 0
  try {
    await Promise.all(writers.map((writer) => writer.client.synced()))
    for (let kill = 1; kill <= options.kills; kill++) {
      await writeAtOnce(writers, int31(random, 1, options.editsPerKill), () => int31(random, 0, writers.length - 1))
      await killUnder(server, writers)
      const unsaved = writers.reduce((sum, writer) => sum + writer.made - writer.saved, 0)
      inFlight += unsaved
      try {
        await server.restart()
        lost.push(...(await compare(server.webSocketUrl, writers)))
      } catch (error) {
        unreadable.push(`after kill ${kill}: ${error instanceof Error ? error.message : String(error)}`)
        break
      }
      const saved = writers.reduce((sum, writer) => sum + writer.saved, 0)
      compared += saved
      options.log?.(`kill ${kill}: ${saved} edits were told saved, ${unsaved} in flight, ${lost.length} lost`)
      await Promise.all(writers.map((writer) => writer.comeBack()))
    }
    if (unreadable.length === 0) {
      // All that was in flight at a kill came back with its writers, and is saved by now.
      await Promise.all(writers.map((writer) => writer.client.allSaved()))
      lost.push(...(await compare(server.webSocketUrl, writers)))
    }
    unreadable.push(...corruption(server))
  } finally {
    for (const writer of writers) writer.client.destroy()
  }
  const made = writers.reduce((sum, writer) => sum + writer.made, 0)
  const saved = writers.reduce((sum, writer) => sum + writer.saved, 0)
  return { kills: options.kills, made, compared, saved, inFlight, lost, unreadable }
}

async function writeAtOnce(writers: readonly KillWriter[], edits: number, pick: () => number): Promise<void> {
  for (let made = 0; made < edits;) {
    const wrote = writers[pick()]?.edit() === true
    if (wrote) made++
    // Now and then frames leave and answers come, at no fixed rhythm; and always when a writer has to wait. The kill comes
    // right behind the last edit.
    if (!wrote || (pick() === 0 && made < edits)) await setImmediate()
  }
}

/** Kills the server and waits until what it had said before has been heard. */
async function killUnder(server: ServerProcess, writers: readonly KillWriter[]): Promise<void> {
  await server.kill('SIGKILL')
  await Promise.all(
    writers.map((writer) => writer.client.until('for the connection to end', () => !writer.client.connected)),
  )
  for (const writer of writers) writer.leave()
}

async function compare(url: string, writers: readonly KillWriter[]): Promise<string[]> {
  const documents = new Set(writers.map((writer) => writer.document))
  const lost: string[] = []
  for (const document of documents) {
    const texts = await readFresh(url, document, (doc: Y.Doc) => new Set(doc.getArray<string>(killField).toArray()))
    for (const writer of writers) if (writer.document === document) lost.push(...writer.lostIn(texts))
  }
  return lost
}

/** What the server itself complained of: a record it cannot read is never to happen, whatever clients could make of it. */
function corruption(server: ServerProcess): string[] {
  return server.log
    .filter((line) => JSON.stringify(line).includes('CorruptRecordError'))
    .map((line) => JSON.stringify(line))
}

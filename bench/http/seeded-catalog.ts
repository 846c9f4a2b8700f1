/** Catalogs of many documents, and a server over each. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '@weft/persistence'
import { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { type ServerProcess, startServer } from '../../test/support/server-process.ts'
import { runWeft } from '../../test/support/weft-command.ts'
import type { Placement } from '../support/placement.ts'

/** The stores that keep anything. */
export type KeptStore = 'sqlite' | 'redis'

/** How many folders the documents are in: with 1,000 of them a folder fills a page of 50. */
export const folders = 20

/** Documents that are made at the same time: what a store writes together costs one commit. */
const makingAtOnce = 500

const words = ['plan', 'minutes', 'budget', 'roadmap', 'notes', 'draft', 'review', 'report']

/** A catalog of many documents with the server that lists them; `await using` it. */
export class SeededCatalog implements AsyncDisposable {
  readonly server: ServerProcess
  readonly documents: number
  /** How long it took to make them, in milliseconds. */
  readonly seeding: number
  readonly #secret: string
  readonly #release: () => Promise<void>

  private constructor(
    server: ServerProcess,
    documents: number,
    seeding: number,
    secret: string,
    release: () => Promise<void>,
  ) {
    this.server = server
    this.documents = documents
    this.seeding = seeding
    this.#secret = secret
    this.#release = release
  }

  /**
   * Makes the documents through the store's own port, then starts the server. Redis keeps nothing on the disk: what a listing reads is
   * in its memory in any case.
   */
  static async start(kind: KeptStore, documents: number, placement: Placement): Promise<SeededCatalog> {
    const { url, flags, release } = kind === 'redis' ? await emptyRedis() : await emptyFolder()
    const secret = randomBytes(24).toString('hex')
    try {
      const begun = performance.now()
      await seed(url, documents)
      const seeding = performance.now() - begun
      const server = await startServer({
        built: true,
        command: 'serve',
        store: url,
        under: placement.underServer,
        args: flags,
        env: { WEFT_AUTH_SECRET: secret },
      })
      return new SeededCatalog(server, documents, seeding, secret, release)
    } catch (error) {
      await release()
      throw error
    }
  }

  /** A token for a pattern of documents, made by `weft token`. */
  async token(documents: string, role: string): Promise<string> {
    const { code, stdout, stderr } = await runWeft([
      'token',
      '--subject',
      'bench',
      '--expires',
      '12h',
      '--access',
      `${documents}:${role}`,
      '--auth-secret',
      this.#secret,
    ])
    if (code !== 0) throw new Error(`no token was made: ${stderr}`)
    return stdout.toString().trim()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]()
    await this.#release()
  }
}

interface EmptyStore {
  readonly url: string
  readonly flags: readonly string[]
  readonly release: () => Promise<void>
}

async function emptyRedis(): Promise<EmptyStore> {
  const redis = await RedisServer.start()
  return { url: redis.url, flags: ['--durability', 'memory'], release: () => redis[Symbol.asyncDispose]() }
}

async function emptyFolder(): Promise<EmptyStore> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-bench-'))
  return { url: `sqlite:${folder}`, flags: [], release: () => rm(folder, { recursive: true, force: true }) }
}

async function seed(url: string, documents: number): Promise<void> {
  const store = await openStore(url, { durability: 'memory' })
  let next = 0
  const makeInTurn = async (): Promise<void> => {
    while (next < documents) {
      const index = next++
      await store.catalog.create({
        id: `team-${index % folders}/document-${index}`,
        title: `${words[index % words.length]} ${index}`,
        createdBy: 'bench',
        at: Date.UTC(2026, 0, 1) + index,
      })
    }
  }
  try {
    await Promise.all(Array.from({ length: makingAtOnce }, makeInTurn))
  } finally {
    await store.close()
  }
}

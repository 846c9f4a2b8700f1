import { afterEach, beforeEach } from 'vitest'
import { openDocument, type OpenOptions, type WeftDocument } from '../../src/index.ts'
import { FakeClock } from './fake-clock.ts'
import { ScriptedServer } from './scripted-server.ts'

/** A server and a clock for each test, and documents that are closed after it. */
export class Harness {
  server: ScriptedServer
  clock: FakeClock = new FakeClock()
  readonly #documents: WeftDocument[] = []

  private constructor(server: ScriptedServer) {
    this.server = server
  }

  static async start(): Promise<Harness> {
    return new Harness(await ScriptedServer.start())
  }

  open(options: Partial<OpenOptions> = {}): WeftDocument {
    const document = openDocument({
      url: this.server.url,
      id: 'notes',
      clock: this.clock,
      random: () => 0.5,
      ...options,
    })
    this.#documents.push(document)
    return document
  }

  async stop(): Promise<void> {
    await Promise.all(this.#documents.map((document) => document.close()))
    await this.server.stop()
  }
}

/** Registers the harness; what it returns gives the current test's. */
export function useHarness(): () => Harness {
  let harness: Harness | undefined
  beforeEach(async () => {
    harness = await Harness.start()
  })
  afterEach(async () => {
    await harness?.stop()
  })
  return () => {
    if (harness === undefined) throw new Error('the harness is there during tests only')
    return harness
  }
}

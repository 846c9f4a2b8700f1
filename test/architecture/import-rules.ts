/**
 * Who may import whom (docs/rules.md has the reasons). This file is data: the checker beside it reads it, and so does the
 * linter's configuration, so that an editor says the same as the test.
 */

/** A part of the sources, told by where its files are. */
export interface Part {
  readonly name: string
  /** A folder with its last slash, or one file. A file belongs to the first part that it matches. */
  readonly path: string
  /** The other parts that its files may import, types included. */
  readonly mayImport: readonly string[]
}

const serverLeaves = ['auth', 'observability']

/** The most specific come first. */
export const parts: readonly Part[] = [
  { name: 'protocol/http', path: 'packages/protocol/src/http/', mayImport: ['protocol'] },
  { name: 'protocol', path: 'packages/protocol/src/', mayImport: [] },

  { name: 'persistence/contract', path: 'packages/persistence/src/contract/', mayImport: ['persistence', 'protocol'] },
  { name: 'persistence', path: 'packages/persistence/src/', mayImport: ['protocol'] },

  {
    name: 'main',
    path: 'packages/server/src/main.ts',
    mayImport: ['server', 'command-line', 'persistence', 'protocol', ...serverLeaves],
  },
  {
    name: 'command-line',
    path: 'packages/server/src/command-line/',
    mayImport: ['server', 'client/http', 'persistence', 'protocol', 'protocol/http'],
  },
  {
    name: 'http',
    path: 'packages/server/src/http/',
    mayImport: [
      'audit',
      'changes',
      'webhooks',
      'content',
      'room',
      'persistence',
      'protocol',
      'protocol/http',
      ...serverLeaves,
    ],
  },
  { name: 'changes', path: 'packages/server/src/changes/', mayImport: ['room', 'persistence', 'protocol'] },
  {
    name: 'webhooks',
    path: 'packages/server/src/webhooks/',
    mayImport: ['changes', 'room', 'persistence', 'protocol', ...serverLeaves],
  },
  { name: 'audit', path: 'packages/server/src/audit/', mayImport: ['persistence', 'protocol'] },
  {
    name: 'socket',
    path: 'packages/server/src/socket/',
    mayImport: ['room', 'persistence', 'protocol', ...serverLeaves],
  },
  { name: 'content', path: 'packages/server/src/content/', mayImport: ['room', 'protocol', 'protocol/http'] },
  { name: 'room', path: 'packages/server/src/room/', mayImport: ['persistence', 'protocol'] },
  { name: 'auth', path: 'packages/server/src/auth/', mayImport: ['protocol'] },
  { name: 'observability', path: 'packages/server/src/observability/', mayImport: ['protocol'] },
  {
    name: 'server',
    path: 'packages/server/src/',
    mayImport: [
      'audit',
      'changes',
      'webhooks',
      'http',
      'socket',
      'content',
      'room',
      'persistence',
      'protocol',
      'protocol/http',
      ...serverLeaves,
    ],
  },

  { name: 'client/http', path: 'packages/client/src/http/', mayImport: ['client', 'protocol', 'protocol/http'] },
  { name: 'client', path: 'packages/client/src/', mayImport: ['protocol'] },
  { name: 'testing', path: 'packages/testing/src/', mayImport: ['client', 'server'] },
  { name: 'web', path: 'packages/web/src/', mayImport: ['client', 'client/http', 'protocol', 'protocol/http'] },
]

/** A library, by the beginning of its name, and the only places under packages/ that may import it. */
export interface LibraryHome {
  readonly library: string
  readonly homes: readonly string[]
}

/** Libraries that only one place knows. */
export const libraryHomes: readonly LibraryHome[] = [
  { library: 'ioredis', homes: ['packages/persistence/src/redis/'] },
  { library: 'node:sqlite', homes: ['packages/persistence/src/sqlite/'] },
  { library: 'ws', homes: ['packages/server/src/socket/'] },
  { library: 'hono', homes: ['packages/server/src/http/', 'packages/server/src/server.ts'] },
  { library: '@hono', homes: ['packages/server/src/http/', 'packages/server/src/server.ts'] },
  { library: 'jose', homes: ['packages/server/src/auth/'] },
  { library: 'prom-client', homes: ['packages/server/src/observability/'] },
  { library: 'zod', homes: ['packages/protocol/src/http/', 'packages/server/src/'] },
  { library: 'linkedom', homes: ['packages/server/src/content/'] },
  { library: 'markdown-it', homes: ['packages/server/src/content/'] },
  { library: 'prosemirror-model', homes: ['packages/server/src/content/'] },
  { library: 'prosemirror-markdown', homes: ['packages/server/src/content/'] },
  { library: 'vitest', homes: ['packages/persistence/src/contract/'] },
  { library: 'fast-check', homes: ['packages/persistence/src/contract/'] },
]

/** A part that must never reach a library, through however many files. */
export interface Unreachable {
  readonly part: string
  readonly library: string
}

/** The SDK's core goes into other people's pages, so it stays without zod, through protocol too. */
export const unreachable: readonly Unreachable[] = [
  { part: 'client', library: 'zod' },
  { part: 'client/http', library: 'zod' },
]

/** What persistence exports besides its ports: only the composition root chooses a driver. */
export const driverExports: ReadonlySet<string> = new Set([
  'openStore',
  'openStoreReader',
  'MemoryStore',
  'SqliteStore',
  'RedisStore',
])

/** The parts that see persistence's ports and not its drivers. */
export const portsOnly: readonly string[] = ['http', 'socket', 'room']

/** The one file that reads the environment. */
export const environmentHome = 'packages/server/src/main.ts'

/** The part that is handed its clock, its timers and its chance, which is what makes it fuzzable. */
export const clockless = 'room'

/** What a clockless part does not name. `queueMicrotask` is no timer: it runs in an order that is the same each time. */
export const clockNames: ReadonlySet<string> = new Set([
  'Date',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'crypto',
  'process',
  'globalThis',
  'Temporal',
])

/** Members of an object that a clockless part otherwise may use. */
export const clockMembers: ReadonlySet<string> = new Set(['Math.random', 'AbortSignal.timeout', 'Atomics.wait'])

/** Modules that a clockless part does not import. */
export const clockModules: readonly string[] = [
  'node:timers',
  'node:perf_hooks',
  'node:crypto',
  'node:process',
  'lib0/random',
  'lib0/time',
  'lib0/webcrypto',
]

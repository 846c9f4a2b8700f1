import { describe, expect, test } from 'vitest'
import { checkArchitecture, type EntryPoints } from './check-architecture.ts'
import { readEntryPoints, readPackageSources } from './source-tree.ts'

test('the packages import each other only as the rules allow', () => {
  const sources = readPackageSources()
  expect(sources.size).toBeGreaterThan(20)
  expect(checkArchitecture(sources, readEntryPoints())).toEqual([])
})

const entryPoints: EntryPoints = new Map([
  ['@weft/protocol', 'packages/protocol/src/index.ts'],
  ['@weft/protocol/http', 'packages/protocol/src/http/index.ts'],
  ['@weft/persistence', 'packages/persistence/src/index.ts'],
  ['@weft/server', 'packages/server/src/index.ts'],
  ['@weft/client', 'packages/client/src/index.ts'],
])

/** A small tree that is as it should be. Each case below adds one file to it, or writes one anew. */
const sound: Readonly<Record<string, string>> = {
  'packages/protocol/src/index.ts': `export * from './frames.ts'`,
  'packages/protocol/src/frames.ts': `export const messageType = 1`,
  'packages/protocol/src/http/index.ts': `import { z } from 'zod'\nexport const body = z.string()`,
  'packages/persistence/src/index.ts': `export { openStore } from './open-store.ts'\nexport interface Store {}`,
  'packages/persistence/src/open-store.ts': `import './sqlite/sqlite-store.ts'\nexport const openStore = 1`,
  'packages/persistence/src/sqlite/sqlite-store.ts': `import { DatabaseSync } from 'node:sqlite'`,
  'packages/server/src/main.ts': `import { serve } from './server.ts'\nserve(process.env)`,
  'packages/server/src/server.ts': `import { Hono } from 'hono'
    import { openStore } from '@weft/persistence'
    import './http/edge.ts'
    import './socket/upgrade.ts'
    export const serve = (env: unknown) => [Hono, openStore, env]`,
  'packages/server/src/index.ts': `export { serve } from './server.ts'`,
  'packages/server/src/http/edge.ts': `import { Hono } from 'hono'\nimport { body } from '@weft/protocol/http'`,
  'packages/server/src/socket/upgrade.ts': `import { WebSocketServer } from 'ws'\nimport '../room/room.ts'`,
  'packages/server/src/room/room.ts': `import type { Store } from '@weft/persistence'
    import type { Clock } from './clock.ts'
    export const wait = (clock: Clock) => clock.setTimeout(() => clock.Date, Math.max(1, 2))`,
  'packages/server/src/room/clock.ts': `export interface Clock { setTimeout(run: () => void, ms: number): void; Date: number }`,
  'packages/server/src/auth/access.ts': `export const access = 1`,
  'packages/server/src/observability/log.ts': `export const log = 1`,
  'packages/client/src/index.ts': `export { messageType } from '@weft/protocol'`,
  'packages/web/src/main.tsx': `import { messageType } from '@weft/client'\nimport './main.css'\nconst page = <p>{messageType}</p>`,
}

function check(changed: Readonly<Record<string, string>>): string[] {
  return checkArchitecture(new Map(Object.entries({ ...sound, ...changed })), entryPoints)
}

test('a sound tree is found sound', () => {
  expect(check({})).toEqual([])
})

const room = 'packages/server/src/room/room.ts'

/** [what is wrong, where, the source, what must be said of it] */
const offences: readonly (readonly [string, string, string, RegExp])[] = [
  // Between packages.
  [
    'protocol knows persistence',
    'packages/protocol/src/frames.ts',
    `import '@weft/persistence'`,
    /protocol may not import persistence/,
  ],
  [
    'persistence knows the server',
    'packages/persistence/src/x.ts',
    `import '@weft/server'`,
    /persistence may not import server/,
  ],
  ['the client knows the server', 'packages/client/src/x.ts', `import '@weft/server'`, /client may not import server/],
  [
    'a type import of the server',
    'packages/client/src/x.ts',
    `import type { serve } from '@weft/server'`,
    /client may not import server/,
  ],
  [
    'an inline type import',
    'packages/client/src/x.ts',
    `import { type serve } from '@weft/server'`,
    /client may not import server/,
  ],
  [
    'a re-export of the server',
    'packages/client/src/x.ts',
    `export * from '@weft/server'`,
    /client may not import server/,
  ],
  [
    'a named re-export',
    'packages/client/src/x.ts',
    `export { serve } from '@weft/server'`,
    /client may not import server/,
  ],
  [
    'a dynamic import',
    'packages/client/src/x.ts',
    `export const load = () => import('@weft/server')`,
    /client may not import server/,
  ],
  [
    'an import as a type',
    'packages/client/src/x.ts',
    `export type S = import('@weft/server').S`,
    /client may not import server/,
  ],
  ['a require', 'packages/client/src/x.ts', `const server = require('@weft/server')`, /client may not import server/],
  [
    'a worker of another part',
    room,
    `new Worker(new URL('../http/edge.ts', import.meta.url))`,
    /room may not import http/,
  ],
  [
    'the web app knows persistence',
    'packages/web/src/x.tsx',
    `import '@weft/persistence'`,
    /web may not import persistence/,
  ],
  [
    'the test kit knows persistence',
    'packages/testing/src/x.ts',
    `import '@weft/persistence'`,
    /testing may not import persistence/,
  ],
  [
    'a path into another package',
    'packages/client/src/x.ts',
    `import '../../protocol/src/frames.ts'`,
    /reached by its name/,
  ],
  [
    'a file that a package does not offer',
    'packages/client/src/x.ts',
    `import '@weft/protocol/frames'`,
    /does not offer/,
  ],
  ['a package that nobody placed', 'packages/extra/src/x.ts', `export const x = 1`, /belongs to no part/],
  // Inside the server.
  ['http sees socket', 'packages/server/src/http/x.ts', `import '../socket/upgrade.ts'`, /http may not import socket/],
  ['socket sees http', 'packages/server/src/socket/x.ts', `import '../http/edge.ts'`, /socket may not import http/],
  ['room sees socket', room, `import type {} from '../socket/upgrade.ts'`, /room may not import socket/],
  ['room sees a leaf', room, `import '../observability/log.ts'`, /room may not import observability/],
  ['room sees the root', room, `import '../server.ts'`, /room may not import server/],
  ['room chooses a driver', room, `import { openStore } from '@weft/persistence'`, /sees its ports only/],
  ['room takes all of persistence', room, `import * as store from '@weft/persistence'`, /sees its ports only/],
  ['http sees the root', 'packages/server/src/http/x.ts', `import '../server.ts'`, /http may not import server/],
  ['auth sees room', 'packages/server/src/auth/access.ts', `import '../room/clock.ts'`, /auth may not import room/],
  [
    'observability sees auth',
    'packages/server/src/observability/log.ts',
    `import '../auth/access.ts'`,
    /observability may not import auth/,
  ],
  // Libraries with one home.
  ['ioredis elsewhere', 'packages/server/src/server.ts', `import { Redis } from 'ioredis'`, /ioredis stays in/],
  ['ws elsewhere', 'packages/server/src/http/x.ts', `import type { WebSocket } from 'ws'`, /ws stays in/],
  ['hono elsewhere', 'packages/server/src/socket/x.ts', `import { cors } from 'hono/cors'`, /hono stays in/],
  ['a hono package elsewhere', 'packages/server/src/socket/x.ts', `import '@hono/node-server'`, /@hono stays in/],
  ['SQLite elsewhere', 'packages/persistence/src/x.ts', `import 'node:sqlite'`, /node:sqlite stays in/],
  ['a test runner in a driver', 'packages/persistence/src/x.ts', `import 'vitest'`, /vitest stays in/],
  ['zod in the core of protocol', 'packages/protocol/src/frames.ts', `import 'zod'`, /zod stays in/],
  [
    'the client reaches zod by way of protocol',
    'packages/client/src/x.ts',
    `import type {} from '@weft/protocol/http'`,
    /client reaches zod: .*client\/src\/x\.ts → .*protocol\/src\/http\/index\.ts → zod/,
  ],
  [
    'protocol hands zod on to the client',
    'packages/protocol/src/index.ts',
    `export * from './http/index.ts'`,
    /client reaches zod/,
  ],
  // The environment.
  ['process.env', 'packages/server/src/server.ts', `export const port = process.env.PORT`, /reads process\.env/],
  [
    'process.env in brackets',
    'packages/server/src/server.ts',
    `export const port = process['env']['PORT']`,
    /reads process\.env/,
  ],
  ['env by destructuring', 'packages/server/src/server.ts', `const { env } = process`, /reads process\.env/],
  ['env by import', 'packages/server/src/server.ts', `import { env } from 'node:process'`, /reads process\.env/],
  // Clocks, timers and chance in room.
  ['a date', room, `export const now = () => Date.now()`, /uses Date/],
  ['a new date', room, `export const now = () => new Date()`, /uses Date/],
  ['performance', room, `export const now = () => performance.now()`, /uses performance/],
  ['a timer', room, `setTimeout(() => {}, 10)`, /uses setTimeout/],
  ['an interval', room, `const every = setInterval`, /uses setInterval/],
  ['an immediate', room, `setImmediate(() => {})`, /uses setImmediate/],
  ['a timer by way of globalThis', room, `globalThis.setTimeout(() => {}, 1)`, /uses globalThis/],
  ['a timer by import', room, `import { setTimeout as wait } from 'node:timers/promises'`, /uses node:timers/],
  ['an abort timer', room, `AbortSignal.timeout(5)`, /uses AbortSignal\.timeout/],
  ['chance', room, `export const id = () => Math.random()`, /uses Math\.random/],
  ['a random id', room, `export const id = () => crypto.randomUUID()`, /uses crypto/],
  ['a random id by import', room, `import { randomUUID } from 'node:crypto'`, /uses node:crypto/],
  ['the time since start', room, `export const now = () => process.hrtime()`, /uses process/],
  // Cycles.
  ['a cycle', 'packages/protocol/src/frames.ts', `import './index.ts'`, /a cycle of imports/],
  [
    'a cycle of types',
    'packages/server/src/room/clock.ts',
    `import type {} from './room.ts'`,
    /a cycle of imports: .*clock\.ts/,
  ],
]

describe('what the rules would have caught', () => {
  test.each(offences)('%s', (_, path, text, said) => {
    expect(check({ [path]: text })).toEqual(expect.arrayContaining([expect.stringMatching(said)]))
  })

  test('an import that only running it would tell', () => {
    expect(() => check({ [room]: `export const load = (name: string) => import(name)` })).toThrow(/only running it/)
  })
})

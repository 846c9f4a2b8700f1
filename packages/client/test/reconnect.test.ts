import { encodeError } from '@weft/protocol'
import { expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import type { Phase } from '../src/connection-parts.ts'
import { Connection } from '../src/connection.ts'
import { SavedCounter } from '../src/saved-counter.ts'
import { FakeClock } from './support/fake-clock.ts'
import { useHarness } from './support/harness.ts'
import { collectSockets } from './support/memory-socket.ts'
import { untilStatus } from './support/until.ts'

const harness = useHarness()

test('a lost connection is tried again after a jittered wait, and the state says when', async () => {
  const { clock, server } = harness()
  const document = harness().open({ random: () => 0.25 })
  for (const wait of [50, 100, 200, 400]) {
    const connection = await server.connection()
    connection.cut()
    await untilStatus(document, 'offline')
    expect(document.state).toEqual({ status: 'offline', unsaved: 0, retryAt: clock.now() + wait })
    clock.advance(wait - 1)
    expect(document.state.status).toBe('offline')
    clock.advance(1)
    expect(document.state.status).toBe('connecting')
  }
  const connection = await server.connection()
  await connection.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  connection.cut()
  await untilStatus(document, 'offline')
  expect(clock.next).toBe(50)
})

test.for([
  [1012, 'restarting retry-after=3000', 3000 + 1500],
  [1013, 'overloaded retry-after=20000', 20_000 + 5000],
  [1012, 'restarting', 100],
  [4529, 'too-fast', 100],
] as const)('%i %s is waited out and then some', async ([code, reason, wait]) => {
  const document = harness().open({ random: () => 0.5 })
  const connection = await harness().server.connection()
  connection.close(code, reason)
  await untilStatus(document, 'offline')
  expect(harness().clock.next).toBe(wait)
})

test('reconnect() does not wait', async () => {
  const document = harness().open()
  const first = await harness().server.connection()
  first.close(1013, 'overloaded retry-after=60000')
  await untilStatus(document, 'offline')
  document.reconnect()
  expect(document.state.status).toBe('connecting')
  const second = await harness().server.connection()
  await second.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  document.reconnect()
  expect(document.state.status).toBe('live')
})

test.for([
  [4400, 'malformed', 'malformed'],
  [4403, 'forbidden', 'forbidden'],
  [4403, 'revoked', 'revoked'],
  [4404, 'deleted', 'deleted'],
  [4404, '', 'not-found'],
  [4413, 'document-too-large', 'document-too-large'],
  [4401, 'unauthorized', 'unauthorized'],
  [4499, 'what a later server may say', 'forbidden'],
] as const)('%i %s is for good', async ([code, reason, kind]) => {
  const document = harness().open()
  const connection = await harness().server.connection()
  connection.close(code, reason)
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ status: 'refused', kind, reason: expect.stringMatching(/^[A-Z].*\.$/) })
  expect(harness().clock.next).toBeUndefined()
})

test('what the server said before it closed is the reason', async () => {
  const document = harness().open()
  const connection = await harness().server.connection()
  connection.send(encodeError('revoked', 'Grace has removed you from this document.', 0))
  connection.close(4403, 'revoked')
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ kind: 'revoked', reason: 'Grace has removed you from this document.' })
})

test('a token is fetched before each attempt and offered', async () => {
  const { clock, server } = harness()
  let fetched = 0
  const document = harness().open({ token: () => `token-${++fetched}` })
  const first = await server.connection()
  expect(first.offered).toEqual(['weft.1', 'bearer.token-1'])
  first.cut()
  await untilStatus(document, 'offline')
  clock.advance(10_000)
  const second = await server.connection()
  expect(second.offered).toEqual(['weft.1', 'bearer.token-2'])
})

test('4401 fetches the token anew once, then refuses; a sync in between gives another try', async () => {
  const { server } = harness()
  let fetched = 0
  const document = harness().open({ token: async () => `token-${++fetched}` })
  const first = await server.connection()
  await first.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  first.close(4401, 'unauthorized')
  const second = await server.connection()
  expect(second.offered).toContain('bearer.token-2')
  await second.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  second.close(4401, 'unauthorized')
  const third = await server.connection()
  third.close(4401, 'unauthorized')
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ kind: 'unauthorized' })
  expect(fetched).toBe(3)
  document.reconnect()
  await server.connection()
  expect(fetched).toBe(4)
})

test('while the token cannot be fetched the document is offline and tries again', async () => {
  const { clock, server } = harness()
  let fetched = 0
  const document = harness().open({
    token: async () => {
      if (++fetched < 3) throw new Error('the sign-in page does not answer')
      return 'token'
    },
  })
  await untilStatus(document, 'offline')
  clock.advance(200)
  await untilStatus(document, 'offline')
  clock.advance(400)
  const connection = await server.connection()
  expect(connection.offered).toContain('bearer.token')
})

test('a token that never comes, or comes too late, does not hold up the next attempt', async () => {
  const { clock, server } = harness()
  const tokens: ((token: string) => void)[] = []
  const document = harness().open({ token: () => new Promise((resolve) => tokens.push(resolve)) })
  await document.loaded
  clock.advance(20_000)
  expect(document.state.status).toBe('offline')
  clock.advance(100)
  expect(document.state.status).toBe('connecting')
  tokens[0]?.('late')
  tokens[1]?.('in-time')
  const connection = await server.connection()
  expect(connection.offered).toContain('bearer.in-time')
})

test('a token that no WebSocket could offer is refused with a reason', async () => {
  const document = harness().open({ token: 'not a token' })
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ kind: 'unauthorized', reason: expect.stringContaining('not a JWT') })
})

test('the network coming back ends the wait, unless the server asked for it', async () => {
  const network = new EventTarget()
  const scope = { addEventListener: globalThis.addEventListener, removeEventListener: globalThis.removeEventListener }
  Object.assign(globalThis, {
    addEventListener: network.addEventListener.bind(network),
    removeEventListener: network.removeEventListener.bind(network),
  })
  try {
    const { clock, server } = harness()
    const document = harness().open()
    const first = await server.connection()
    first.close(1013, 'overloaded retry-after=5000')
    await untilStatus(document, 'offline')
    network.dispatchEvent(new Event('online'))
    expect(document.state.status).toBe('offline')
    clock.advance(5000)
    network.dispatchEvent(new Event('online'))
    expect(document.state.status).toBe('connecting')
    await server.connection()
    await document.close()
    expect(clock.next).toBeUndefined()
  } finally {
    Object.assign(globalThis, scope)
  }
})

test("the provider's own reconnecting, which knows neither jitter nor retry-after, never runs", async () => {
  const { sockets, CollectedSocket } = collectSockets()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  try {
    const document = harness().open({ WebSocket: CollectedSocket })
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    sockets[0]?.open()
    sockets[0]?.lose()
    vi.advanceTimersByTime(60_000)
    expect(sockets).toHaveLength(1)
    expect(document.state.status).toBe('offline')
    harness().clock.advance(10_000)
    await vi.waitFor(() => expect(sockets).toHaveLength(2))
  } finally {
    vi.useRealTimers()
  }
})

test("a connection on which nothing is heard is given up by the provider's watchdog and tried again", async () => {
  const { sockets, CollectedSocket } = collectSockets()
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const doc = new Y.Doc()
  const clock = new FakeClock()
  const phases: Phase[] = []
  const ignore = (): void => {}
  const connection = new Connection({
    url: 'ws://nowhere/sync',
    id: 'notes',
    doc,
    awareness: new Awareness(doc),
    counter: new SavedCounter(),
    token: undefined,
    WebSocket: CollectedSocket,
    clock,
    random: () => 0.5,
    network: undefined,
    epoch: () => undefined,
    events: { phase: (phase) => phases.push(phase), synced: ignore, saved: ignore, epoch: ignore, replaced: ignore },
  })
  try {
    connection.start()
    await vi.waitFor(() => expect(sockets).toHaveLength(1))
    sockets[0]?.open()
    // The watchdog reads a clock that cannot be replaced, so what it compares is set instead.
    connection.provider.wsLastMessageReceived = 0
    vi.advanceTimersByTime(3000)
    expect(phases.map(({ status }) => status)).toEqual(['connecting', 'syncing', 'offline'])
    clock.advance(100)
    await vi.waitFor(() => expect(sockets).toHaveLength(2))
  } finally {
    connection.close()
    doc.destroy()
    vi.useRealTimers()
  }
})

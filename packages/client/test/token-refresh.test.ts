import { encodeError } from '@weft/protocol'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { FakeClock } from './support/fake-clock.ts'
import { useHarness } from './support/harness.ts'
import { untilStatus } from './support/until.ts'

const harness = useHarness()

/** What looks like a JWT that ends in so many seconds. Who verifies it is not the SDK. */
function tokenEndingIn(seconds: number, clock: FakeClock, name = 'Zoë?>'): string {
  const payload = Buffer.from(JSON.stringify({ name, exp: clock.now() / 1000 + seconds })).toString('base64url')
  return `h.${payload}.s`
}

/** Tokens that last so many seconds each, the first and those after it; counts how often one was asked for. */
function tokensOf(seconds: readonly number[]): { readonly given: string[]; readonly fetch: () => string } {
  const given: string[] = []
  const fetch = (): string => {
    const token = tokenEndingIn(
      seconds[Math.min(given.length, seconds.length - 1)] ?? 0,
      harness().clock,
      `${given.length}`,
    )
    given.push(token)
    return token
  }
  return { given, fetch }
}

async function live(token: string | (() => string | Promise<string>)) {
  const document = harness().open({ token })
  const connection = await harness().server.connection()
  await connection.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  return { document, connection }
}

/** Lets what was fetched arrive. */
async function settled(): Promise<void> {
  await new Promise<void>((resolve) => setImmediate(resolve))
}

test.for([
  [3_600, 3_540],
  [300, 240],
  [10, 8],
  [1, 1],
] as const)('a token of %i s is followed by a fresh one after %i s, and so is that', async ([seconds, wait]) => {
  const { given, fetch } = tokensOf([seconds])
  const { connection } = await live(fetch)
  for (let nth = 1; nth <= 3; nth++) {
    harness().clock.advance(wait * 1000 - 1)
    await settled()
    expect(given).toHaveLength(nth)
    harness().clock.advance(1)
    expect(await connection.find('token', nth)).toEqual({ type: 'token', token: given[nth] })
  }
  expect(given).toHaveLength(4)
})

test('a token that ends in two months waits for less than a timer takes, and is fetched once', async () => {
  const { given, fetch } = tokensOf([60 * 86_400])
  const { connection } = await live(fetch)
  for (let day = 0; day < 59; day++) {
    expect(harness().clock.next).toBeLessThanOrEqual(86_400_000)
    harness().clock.advance(86_400_000)
  }
  expect(given).toHaveLength(1)
  harness().clock.advance(86_400_000 - 60_000)
  await connection.find('token')
})

test.for([
  ['a token that is given, not fetched', (clock: FakeClock): string => tokenEndingIn(10, clock)],
  ['a token that never ends', () => (): string => `h.${Buffer.from('{}').toString('base64url')}.s`],
  ['a token that is no JWT', () => (): string => 'opaque'],
  ['a token whose end is no number', () => (): string => `h.${Buffer.from('{"exp":"x"}').toString('base64url')}.s`],
  ['a token that says null', () => (): string => `h.${Buffer.from('null').toString('base64url')}.s`],
] as const)('%s is not followed by another', async ([, token]) => {
  await live(token(harness().clock))
  expect(harness().clock.next).toBeUndefined()
})

test('where fetching fails, or gives the same token again, it is tried again before the token ends', async () => {
  const { clock } = harness()
  const first = tokenEndingIn(100, clock)
  const answers = [first, first, undefined, tokenEndingIn(200, clock)]
  let fetched = 0
  const { connection } = await live(async () => {
    const answer = answers[fetched++]
    if (answer === undefined) throw new Error('the sign-in page does not answer')
    return answer
  })
  clock.advance(80_000)
  await settled()
  expect(fetched).toBe(2)
  clock.advance(16_000)
  await settled()
  expect(fetched).toBe(3)
  clock.advance(3_200)
  expect(await connection.find('token')).toMatchObject({ token: answers[3] })
})

test('a clock that is ahead does not ask for tokens again and again', async () => {
  const { given, fetch } = tokensOf([-100])
  await live(fetch)
  for (let i = 0; i < 60; i++) {
    harness().clock.advance(1_000)
    await settled()
  }
  expect(given.length).toBeLessThanOrEqual(3)
})

test('a token that comes after the connection has gone is not sent on the next one', async () => {
  const { clock, server } = harness()
  const first = tokenEndingIn(10, clock)
  const waiting: ((token: string) => void)[] = []
  let fetched = 0
  const { document, connection } = await live(() =>
    fetched++ === 0 ? first : new Promise((resolve) => waiting.push(resolve)),
  )
  clock.advance(8_000)
  expect(waiting).toHaveLength(1)
  connection.cut()
  await untilStatus(document, 'offline')
  clock.advance(1_000)
  waiting[1]?.(tokenEndingIn(1_000, clock))
  const next = await server.connection()
  await next.welcome(new Y.Doc())
  await untilStatus(document, 'live')
  waiting[0]?.('late')
  await settled()
  document.doc.getText('t').insert(0, 'said after it')
  await next.find('update')
  expect(next.heard.some(({ type }) => type === 'token')).toBe(false)
})

test('a closed document fetches no tokens', async () => {
  const { given, fetch } = tokensOf([10])
  const { document } = await live(fetch)
  await document.close()
  harness().clock.advance(60_000)
  expect(given).toHaveLength(1)
  expect(harness().clock.next).toBeUndefined()
})

test('R5: who may only read from now on is told so, and comes back to write', async () => {
  const { document, connection } = await live(tokensOf([1_000]).fetch)
  connection.send(encodeError('read-only', 'From now on you may read.', 0))
  await untilStatus(document, 'refused')
  expect(document.state).toMatchObject({ kind: 'read-only', reason: 'From now on you may read.' })
  connection.close(1012, 'restarting retry-after=100')
  await untilStatus(document, 'offline')
  harness().clock.advance(1_000)
  const next = await harness().server.connection()
  await next.welcome(new Y.Doc())
  await untilStatus(document, 'live')
})

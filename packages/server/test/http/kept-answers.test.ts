import { MemoryStore, type CollectionItem } from '@weft/persistence'
import { expect, test } from 'vitest'
import { type Beginning, KeptAnswers } from '../../src/http/kept-answers.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

const answer = { status: 201, headers: [['location', '/a']], body: '{}' } as const
const minute = 60_000
const day = 24 * 60 * minute

function fixture(): {
  readonly clock: FakeSurroundings
  readonly begin: (request?: string, key?: string) => Promise<Beginning>
  readonly kept: () => Promise<CollectionItem[]>
} {
  const { collections } = new MemoryStore()
  const clock = new FakeSurroundings()
  const answers = new KeptAnswers(() => collections, clock)
  return {
    clock,
    begin: (request = 'request', key = 'key') => answers.begin({ subject: 'ada', key, request }),
    kept: async () => {
      const collection = (index: number): string => `idempotency-${index.toString(16)}`
      const all = Array.from({ length: 16 }, (_, index) => collections.list(collection(index), { limit: 1000 }))
      return (await Promise.all(all)).flat()
    },
  }
}

function attemptOf(beginning: Beginning): Extract<Beginning, { outcome: 'begun' }>['attempt'] {
  if (beginning.outcome !== 'begun') throw new Error(`it is ${beginning.outcome}`)
  return beginning.attempt
}

test('an answer is kept for a day, and then the key is free', async () => {
  const { clock, begin } = fixture()
  const attempt = attemptOf(await begin())
  expect(await begin()).toEqual({ outcome: 'under-way' })
  await attempt.finish(answer)
  expect(await begin()).toEqual({ outcome: 'answered', answer })
  expect(await begin('other')).toEqual({ outcome: 'other-request' })
  clock.advance(day - 1)
  expect(await begin()).toEqual({ outcome: 'answered', answer })
  clock.advance(1)
  expect((await begin('other')).outcome).toBe('begun')
})

test('what did nothing may be tried again', async () => {
  const { begin } = fixture()
  await attemptOf(await begin()).giveUp()
  expect((await begin('other')).outcome).toBe('begun')
})

test('a request whose node died may be tried again after a minute, and its end comes too late', async () => {
  const { clock, begin } = fixture()
  const dead = attemptOf(await begin())
  clock.advance(minute)
  const alive = attemptOf(await begin())
  await dead.finish(answer)
  expect(await begin()).toEqual({ outcome: 'under-way' })
  await dead.giveUp()
  await alive.finish({ ...answer, body: 'second' })
  expect(await begin()).toMatchObject({ answer: { body: 'second' } })
})

test('what is over is taken away by those that come later, and nothing else is', async () => {
  const { clock, begin, kept } = fixture()
  for (let count = 0; count < 100; count++) await attemptOf(await begin('request', `key-${count}`)).finish(answer)
  clock.advance(day / 2)
  await attemptOf(await begin('request', 'later')).finish(answer)
  clock.advance(day / 2)
  for (let count = 0; count < 200; count++) await attemptOf(await begin('request', `new-${count}`)).giveUp()
  const texts = (await kept()).filter(({ key }) => key.startsWith('answer-'))
  expect(texts).toHaveLength(1)
  expect(await begin('request', 'later')).toEqual({ outcome: 'answered', answer })
})

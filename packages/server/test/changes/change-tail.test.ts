import { type Changes, MemoryStore, StoreUnavailableError } from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import { ChangeTail } from '../../src/changes/change-tail.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

describe('the tail of the feed of changes', () => {
  let store: MemoryStore
  let surroundings: FakeSurroundings
  let asked: number
  let away: boolean

  beforeEach(() => {
    store = new MemoryStore()
    surroundings = new FakeSurroundings()
    asked = 0
    away = false
  })

  function tail(): ChangeTail {
    const answer = async <Result>(result: () => Promise<Result>): Promise<Result> => {
      asked++
      if (away) throw new StoreUnavailableError('gone')
      return await result()
    }
    const changes: Changes = {
      read: (after, limit) => answer(() => store.changes.read(after, limit)),
      latest: () => answer(() => store.changes.latest()),
    }
    return new ChangeTail({ changes: () => changes, surroundings })
  }

  /** Lets a second pass, and what follows from it happen. */
  async function second(): Promise<void> {
    surroundings.advance(1_000)
    await new Promise((resolve) => setImmediate(resolve))
  }

  const create = (id: string): Promise<boolean> => store.catalog.create({ id, title: '', createdBy: 'ada', at: 1 })

  function listener(): { changed: () => void; ended: () => void; readonly told: string[] } {
    const told: string[] = []
    return { told, changed: () => told.push('changed'), ended: () => told.push('ended') }
  }

  it('tells everyone of what changed, within a second, and asks the store once for all', async () => {
    const made = tail()
    const [one, other] = [listener(), listener()]
    made.listen(one)
    await create('before the first look')
    await second()
    made.listen(other)
    expect([one.told, other.told]).toEqual([['changed'], []])
    await create('a')
    await second()
    expect([one.told, other.told]).toEqual([['changed', 'changed'], ['changed']])
    const before = asked
    await second()
    expect(asked - before).toBe(1)
    expect(one.told).toHaveLength(2)
  })

  it('asks nothing while nobody listens', async () => {
    const made = tail()
    const leave = made.listen(listener())
    await second()
    leave()
    expect(made.size).toBe(0)
    const before = asked
    await second()
    await second()
    expect(asked).toBe(before)
  })

  it('goes on after the store was away', async () => {
    const made = tail()
    const one = listener()
    made.listen(one)
    await second()
    away = true
    await create('meanwhile')
    await second()
    expect(one.told).toHaveLength(1)
    away = false
    await second()
    expect(one.told).toHaveLength(2)
  })

  it('ends for those who listen, and for those who come after', () => {
    const made = tail()
    const [one, late] = [listener(), listener()]
    made.listen(one)
    made.end()
    made.listen(late)
    expect([one.told, late.told, made.size]).toEqual([['ended'], ['ended'], 0])
  })
})

import { MemoryStore, type Store, StoreConfigurationError, StoreUnavailableError } from '@weft/persistence'
import { expect, test } from 'vitest'
import { StoreOpening } from '../src/store-opening.ts'
import { FakeSurroundings } from './support/fake-surroundings.ts'

/** Openings whose attempts the test ends one by one. */
class Attempts {
  readonly surroundings: FakeSurroundings = new FakeSurroundings()
  readonly reasons: string[] = []
  readonly opening: StoreOpening
  closed = 0
  givenUp = false
  readonly #open: PromiseWithResolvers<Store>[] = []

  constructor(patient: boolean) {
    this.opening = new StoreOpening({
      open: (signal) => {
        const attempt = Promise.withResolvers<Store>()
        signal.addEventListener('abort', () => (this.givenUp = true))
        this.#open.push(attempt)
        return attempt.promise
      },
      patient,
      surroundings: this.surroundings,
      waiting: (reason) => this.reasons.push(reason),
    })
  }

  get count(): number {
    return this.#open.length
  }

  /** Ends the last attempt. */
  async end(how: Store | Error): Promise<void> {
    const attempt = this.#open.at(-1)
    if (how instanceof Error) attempt?.reject(how)
    else attempt?.resolve(how)
    await turn()
  }

  /** Lets time pass, and what follows from it begin. */
  async advance(milliseconds: number): Promise<void> {
    this.surroundings.advance(milliseconds)
    await turn()
  }

  store(check: () => Promise<void> = () => Promise.resolve()): Store {
    const { log, catalog, changes, files, revocations, collections } = new MemoryStore()
    const close = (): Promise<void> => {
      this.closed++
      return Promise.resolve()
    }
    return { log, catalog, changes, files, revocations, collections, check, close }
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

const away = new StoreUnavailableError('nobody there')

test('a store that is there is open when it is begun, and is closed with it', async () => {
  const attempts = new Attempts(true)
  await attempts.end(attempts.store())
  await attempts.opening.begun()
  expect([attempts.opening.waited, attempts.reasons]).toEqual([false, []])
  expect(attempts.opening.opened).toBe(await attempts.opening.outcome)
  expect(attempts.surroundings.timers).toBe(0)
  await attempts.opening.close()
  expect(attempts.closed).toBe(1)
})

test('one that is away is asked again, less and less often, and its reason is said once', async () => {
  const attempts = new Attempts(true)
  await attempts.end(away)
  await attempts.opening.begun()
  expect(attempts.reasons).toEqual(['nobody there'])
  expect(() => attempts.opening.opened).toThrow(StoreUnavailableError)
  for (const [index, delay] of [250, 500, 1_000, 2_000, 2_000].entries()) {
    await attempts.advance(delay - 1)
    expect(attempts.count).toBe(index + 1)
    await attempts.advance(1)
    expect(attempts.count).toBe(index + 2)
    await attempts.end(away)
  }
  await attempts.advance(2_000)
  await attempts.end(attempts.store())
  expect(attempts.opening.store).toBeDefined()
  expect([attempts.opening.waited, attempts.reasons]).toEqual([true, ['nobody there']])
})

test('one that says nothing is not waited for before the node goes on', async () => {
  const attempts = new Attempts(true)
  const begun = attempts.opening.begun()
  attempts.surroundings.advance(1_000)
  await begun
  expect(attempts.reasons).toEqual(['the store has not answered yet'])
  await attempts.end(attempts.store())
  expect(attempts.opening.store).toBeDefined()
})

test('one that opens and does not answer is closed, and waited for', async () => {
  const attempts = new Attempts(true)
  await attempts.end(attempts.store(() => Promise.reject(away)))
  expect([attempts.closed, attempts.opening.store, attempts.reasons]).toEqual([1, undefined, ['nobody there']])
})

test('what no waiting helps is thrown, at once and later', async () => {
  const wrong = new StoreConfigurationError('set it up')
  const atOnce = new Attempts(true)
  await atOnce.end(wrong)
  await expect(atOnce.opening.begun()).rejects.toBe(wrong)
  const later = new Attempts(true)
  await later.end(away)
  await later.opening.begun()
  await later.advance(250)
  await later.end(wrong)
  await expect(later.opening.outcome).rejects.toBe(wrong)
  const impatient = new Attempts(false)
  await impatient.end(away)
  await expect(impatient.opening.begun()).rejects.toBe(away)
})

test('closing ends the waiting, and closes what comes after all', async () => {
  const waiting = new Attempts(true)
  await waiting.end(away)
  await waiting.opening.close()
  expect([waiting.count, waiting.surroundings.timers]).toEqual([1, 0])
  const underWay = new Attempts(true)
  const closed = underWay.opening.close()
  expect(underWay.givenUp).toBe(true)
  await underWay.end(underWay.store())
  await closed
  expect(underWay.closed).toBe(1)
})

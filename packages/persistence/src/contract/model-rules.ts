import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DocumentDeletedError, DocumentNotFoundError, EpochMismatchError } from '../errors.ts'
import { type ModelDocument, StoreModel, tipAt } from './model.ts'
import type { StoreKind } from './store-fixture.ts'
import { type Subject, checkpointAt, entry, withStore } from './with-store.ts'

/** Of one run, after what sets the run apart: all of them share a store, because opening one takes its time. */
const names = ['a', 'a/b', 'a/c', 'b'] as const

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('create' as const), id: fc.constantFrom(...names), at: fc.nat(20) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('append' as const),
      id: fc.constantFrom(...names),
      count: fc.integer({ min: 1, max: 3 }),
      at: fc.nat(20),
      how: fc.constantFrom('plain', 'plain', 'plain', 'repeated', 'wrong-epoch'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('checkpoint' as const),
      id: fc.constantFrom(...names),
      back: fc.nat(4),
      how: fc.constantFrom('plain', 'plain', 'plain', 'wrong-tip', 'wrong-predecessor'),
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('load' as const), id: fc.constantFrom(...names) }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('read' as const), id: fc.constantFrom(...names), from: fc.nat(12) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('title' as const), id: fc.constantFrom(...names), at: fc.nat(20) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('delete' as const), id: fc.constantFrom(...names) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('recreate' as const), id: fc.constantFrom(...names), at: fc.nat(20) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('list' as const),
      order: fc.constantFrom('updated' as const, 'name' as const, 'created' as const),
      prefix: fc.constantFrom('', 'a', 'a/', 'b'),
      limit: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reopen' as const) }) },
)
type Drawn = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type Step = Drawn extends infer One ? { [Key in keyof One]: Key extends 'id' | 'prefix' ? string : One[Key] } : never

/** What holds after any sequence of operations. */
export function modelRules(kind: StoreKind): void {
  test('L2 L3 L4 L5: any sequence of operations leaves what a plain model holds', { timeout: 120_000 }, async () => {
    let runs = 0
    await withStore(kind, (subject) =>
      fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const folder = `run-${runs++}/`
          const model = new StoreModel()
          for (const [index, one] of steps.entries()) await run(kind, subject, model, within(folder, one), index)
          for (const name of names) await compareLoaded(subject, model, folder + name, undefined)
        }),
        { numRuns: 150 },
      ),
    )
  })
}

function within(folder: string, one: Step): Step {
  if (one.type === 'reopen') return one
  return one.type === 'list' ? { ...one, prefix: folder + one.prefix } : { ...one, id: folder + one.id }
}

async function run(kind: StoreKind, subject: Subject, model: StoreModel, one: Step, index: number): Promise<void> {
  const { catalog, log } = subject.store
  switch (one.type) {
    case 'create': {
      const { id, at } = one
      const known = model.documents.get(id)
      const created = catalog.create({ id, title: `${index}`, createdBy: 'x', at })
      if (known?.deleted === true) return expectRefused(created, DocumentDeletedError)
      expect(await created).toBe(known === undefined)
      if (known === undefined) model.begin(id, `${index}`, at)
      return learnEpoch(subject, model, id)
    }
    case 'append':
      return append(subject, model, one, index)
    case 'checkpoint':
      return checkpoint(subject, model, one, index)
    case 'load':
      return compareLoaded(subject, model, one.id, undefined)
    case 'read':
      return compareLoaded(subject, model, one.id, one.from)
    case 'title': {
      const known = live(model, one.id)
      const titled = catalog.setTitle(one.id, `title ${index}`, one.at)
      if (known === undefined) return expectRefused(titled, refusal(model, one.id))
      await titled
      known.title = `title ${index}`
      known.updated = Math.max(known.updated, one.at)
      return
    }
    case 'delete': {
      const known = live(model, one.id)
      const deleted = catalog.delete(one.id, 1)
      if (known === undefined) return expectRefused(deleted, refusal(model, one.id))
      await deleted
      known.deleted = true
      return
    }
    case 'recreate': {
      const { id, at } = one
      const known = model.documents.get(id)
      const recreated = catalog.recreate({ id, title: `anew ${index}`, createdBy: 'x', at })
      if (known === undefined) return expectRefused(recreated, DocumentNotFoundError)
      await recreated
      if (known.deleted) model.begin(id, `anew ${index}`, at)
      return learnEpoch(subject, model, id, known.deleted ? known.epoch : undefined)
    }
    case 'list': {
      const { order, prefix, limit } = one
      const found: string[] = []
      let cursor: string | undefined
      do {
        const page = await catalog.list({ order, prefix, limit, ...(cursor === undefined ? {} : { cursor }) })
        found.push(...page.documents.map(({ id }) => id))
        cursor = page.next
      } while (cursor !== undefined)
      expect(found).toEqual(model.listed(order, prefix))
      return
    }
    case 'reopen':
      if (kind.durable) await subject.reopen()
      else await log.load('nobody').catch(() => {})
  }
}

async function append(
  { store }: Subject,
  model: StoreModel,
  { id, count, at, how }: Extract<Step, { type: 'append' }>,
  index: number,
): Promise<void> {
  const known = live(model, id)
  const repeated = how === 'repeated' && known?.lastToken !== undefined
  const entries = Array.from({ length: count }, (_, number) => entry(`${id} ${index} ${number}`, at))
  const token = repeated ? (known.lastToken ?? '') : `token ${index}`
  const epoch = how === 'wrong-epoch' ? 'another' : (known?.epoch ?? '')
  const appended = store.log.append(id, { epoch, token, entries })
  if (known === undefined) return expectRefused(appended, refusal(model, id))
  if (how === 'wrong-epoch') return expectRefused(appended, EpochMismatchError)
  const receipt = await appended
  if (!repeated) {
    known.lastToken = token
    known.lastFirst = known.entries.length + 1
    // Only the last tip is told; the others are learned when they are read.
    known.entries.push(...entries.map(({ update }) => ({ update: Buffer.from(update).toString(), at, tip: '?' })))
    known.updated = Math.max(known.updated, at)
    known.entries.splice(-1, 1, { update: `${id} ${index} ${count - 1}`, at, tip: receipt.tip })
  }
  const { lastFirst: first, entries: all } = known
  expect(receipt).toEqual({
    epoch: known.epoch,
    first,
    last: all.length,
    previousTip: tipAt(known, first - 1),
    tip: tipAt(known, all.length),
  })
}

async function checkpoint(
  { store }: Subject,
  model: StoreModel,
  { id, back, how }: Extract<Step, { type: 'checkpoint' }>,
  index: number,
): Promise<void> {
  const known = live(model, id)
  const position = Math.max((known?.entries.length ?? 0) - back, 0)
  const tip = how === 'wrong-tip' ? 'another' : known === undefined ? '' : tipAt(known, position)
  // A tip inside of an append is known only to those who have read it.
  if (tip === '?') return
  const replaces = how === 'wrong-predecessor' ? 'another' : known?.checkpoint?.place.tip
  const made = checkpointAt({ epoch: known?.epoch ?? '', position, tip }, `state ${index}`, `up to ${position}`)
  const old = known?.checkpoint?.place.position ?? 0
  const expected = known !== undefined && how === 'plain' && position > 0 && position >= old
  expect(await store.log.replaceCheckpoint(id, made, replaces)).toBe(expected)
  if (expected) known.checkpoint = made
}

async function compareLoaded(
  { store }: Subject,
  model: StoreModel,
  id: string,
  from: number | undefined,
): Promise<void> {
  const loading = from === undefined ? store.log.load(id) : store.log.read(id, from)
  const known = live(model, id)
  if (known === undefined) return expectRefused(loading, refusal(model, id))
  const { head, checkpoint: found, entries } = await loading
  const { epoch, entries: all, checkpoint: expected } = known
  expect(head).toEqual({ epoch, position: all.length, tip: tipAt(known, all.length) })
  const covered = expected?.place.position ?? 0
  const whole = expected === undefined || from === undefined || from <= covered
  expect(found).toEqual(whole ? expected : undefined)
  const first = whole && expected !== undefined ? covered + 1 : Math.max(from ?? 1, 1)
  expect(entries.map(({ position }) => position)).toEqual(all.slice(first - 1).map((_, index) => first + index))
  for (const { position, tip, update, at } of entries) {
    const model = all[position - 1]
    const text = Buffer.from(update).toString()
    expect({ text, at }).toEqual({ text: model?.update, at: model?.at })
    if (model?.tip === '?') all[position - 1] = { ...model, tip }
    else expect(tip).toBe(model?.tip)
  }
}

async function learnEpoch({ store }: Subject, model: StoreModel, id: string, former?: string): Promise<void> {
  const { epoch } = (await store.log.load(id)).head
  const known = model.documents.get(id)
  if (known === undefined) return
  if (known.epoch === '') known.epoch = epoch
  expect(epoch).toBe(known.epoch)
  expect(epoch).not.toBe(former)
}

async function expectRefused(asked: Promise<unknown>, error: new (...parameters: never[]) => Error): Promise<void> {
  await expect(asked).rejects.toThrow(error)
}

function live(model: StoreModel, id: string): ModelDocument | undefined {
  const known = model.documents.get(id)
  return known?.deleted === true ? undefined : known
}

function refusal(model: StoreModel, id: string): typeof DocumentDeletedError | typeof DocumentNotFoundError {
  return model.documents.has(id) ? DocumentDeletedError : DocumentNotFoundError
}

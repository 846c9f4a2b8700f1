import {
  currentFormats,
  MemoryRelay,
  MemoryStore,
  type NodeChannel,
  type NodeRecord,
  StoreUnavailableError,
} from '@weft/persistence'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AllNodes } from '../../src/nodes/all-nodes.ts'
import type { Question } from '../../src/nodes/question.ts'
import { CapturedLog } from '../support/captured-log.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

const greeting: Question<string, string> = { name: 'greeting', asked: z.string(), answer: z.string(), of: 'rooms' }

function record(id: string, role = 'all'): NodeRecord {
  const counts = { since: 0, documents: 0, connections: 0, members: 0, store: 'ok' } as const
  return { id, host: 'h', version: '1', role, ...counts, formats: currentFormats }
}

let relay: MemoryRelay
let surroundings: FakeSurroundings
let captured: CapturedLog
beforeEach(() => {
  relay = new MemoryRelay(new MemoryStore())
  surroundings = new FakeSurroundings()
  captured = new CapturedLog()
})

/** A node that is up and listens. It answers a greeting unless it is told otherwise. */
async function start(id: string, { role = 'all', answers = true } = {}): Promise<AllNodes> {
  const { store } = relay.node(id)
  const nodes = new AllNodes({ node: id, describe: () => record(id, role), surroundings, log: captured.log })
  if (answers) nodes.answer(greeting, (text) => `${text} from ${id}`)
  await nodes.begin(store)
  await store.nodes?.announce(record(id, role), 60_000)
  return nodes
}

/** A node that is up and hears what it is asked, and whose answers are the test's. */
async function startMute(id: string): Promise<{ heard: string[]; channel: NodeChannel }> {
  const { store } = relay.node(id)
  if (store.channel === undefined) throw new Error('nodes of a memory relay have a channel')
  await store.nodes?.announce(record(id), 60_000)
  const heard: string[] = []
  await store.channel.listen((message) => heard.push(message))
  return { heard, channel: store.channel }
}

/** Lets what is on its way arrive. */
async function carried(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function namesOf(message = ''): { id: string } {
  return z.object({ id: z.string() }).parse(JSON.parse(message))
}

describe('E1: asking all nodes', () => {
  it('E1: every node that may have documents open answers for itself, whichever is asked', async () => {
    const [a, b] = [await start('a'), await start('b')]
    const edge = await start('e', { role: 'edge', answers: false })
    for (const nodes of [a, b, edge]) {
      expect(await nodes.ask(greeting, 'hello')).toEqual({
        answers: [
          { node: 'a', answer: 'hello from a' },
          { node: 'b', answer: 'hello from b' },
        ],
        unanswered: [],
      })
      expect((await nodes.list()).map(({ id }) => id)).toEqual(['a', 'b', 'e'])
    }
    expect(surroundings.timers).toBe(0)
  })

  it('E1: a node alone, or with a store that is nobody else’s, asks nobody', async () => {
    const a = await start('a')
    expect(await a.ask(greeting, 'x')).toEqual({ answers: [{ node: 'a', answer: 'x from a' }], unanswered: [] })
    const lone = new AllNodes({ node: 'l', describe: () => record('l'), surroundings, log: captured.log })
    lone.answer(greeting, (text) => text)
    await lone.begin({})
    expect(await lone.ask(greeting, 'x')).toEqual({ answers: [{ node: 'l', answer: 'x' }], unanswered: [] })
    expect(await lone.list()).toEqual([record('l')])
  })

  it('E1: who does not answer in time is named, said once, and its late answer is of no use', async () => {
    const [a] = [await start('a'), await start('b')]
    const mute = await startMute('m')
    const asked = a.ask(greeting, 'x', { patience: 200 })
    await carried()
    surroundings.advance(200)
    const both = ['x from a', 'x from b']
    const first = await asked
    expect([first.answers.map(({ answer }) => answer), first.unanswered]).toEqual([both, ['m']])
    await mute.channel.send('a', JSON.stringify({ answer: namesOf(mute.heard[0]).id, body: 'late' }))
    await carried()
    expect(captured.of('node-silent')).toMatchObject([{ other: 'm' }])
    expect(captured.of('node-answers')).toMatchObject([{ other: 'm' }])
    expect(surroundings.timers).toBe(0)
  })

  it('E1: who listens no more is named without a wait', async () => {
    const [a, b] = [await start('a'), await start('b')]
    b.close()
    expect(await a.ask(greeting, 'x')).toMatchObject({ unanswered: ['b'] })
  })

  it('E1: a question that is asked all the time waits once for a silent node, until that is heard of again', async () => {
    const a = await start('a')
    const mute = await startMute('m')
    const first = a.ask(greeting, 'x', { casual: true })
    await carried()
    surroundings.advance(1_000)
    expect((await first).unanswered).toEqual(['m'])
    expect((await a.ask(greeting, 'x', { casual: true })).unanswered).toEqual(['m'])
    await carried()
    expect(mute.heard).toHaveLength(2)
    // Its answer to the second is too late for that one, but now it is waited for.
    await mute.channel.send('a', JSON.stringify({ answer: namesOf(mute.heard[1]).id, body: 'here' }))
    await carried()
    const third = a.ask(greeting, 'x', { casual: true })
    await carried()
    await mute.channel.send('a', JSON.stringify({ answer: namesOf(mute.heard[2]).id, body: 'in time' }))
    expect(await third).toEqual({
      answers: [
        { node: 'a', answer: 'x from a' },
        { node: 'm', answer: 'in time' },
      ],
      unanswered: [],
    })
  })

  it('E1: such a question takes the list of nodes from a second ago; any other looks', async () => {
    const a = await start('a')
    await a.ask(greeting, 'x', { casual: true })
    await start('b')
    expect((await a.ask(greeting, 'x', { casual: true })).answers).toHaveLength(1)
    expect((await a.ask(greeting, 'x')).answers).toHaveLength(2)
    await start('c')
    surroundings.advance(1_000)
    expect((await a.ask(greeting, 'x', { casual: true })).answers).toHaveLength(3)
  })

  it('a node that does not know a question, fails at it or answers nonsense has not answered', async () => {
    const a = await start('a')
    await start('ignorant', { answers: false })
    const failing = await start('failing', { answers: false })
    failing.answer(greeting, () => {
      throw new Error('out of order')
    })
    const other = await start('other', { answers: false })
    other.answer({ ...greeting, answer: z.string() }, (text) => text)
    other.answer<string, unknown>({ name: 'greeting', asked: z.string(), answer: z.unknown(), of: 'all' }, () => ({
      a: 1,
    }))
    expect(await a.ask(greeting, 'x')).toMatchObject({ unanswered: ['failing', 'ignorant', 'other'] })
    expect(captured.of('node-question-failed')).toMatchObject([{ question: 'greeting', other: 'a' }])
  })

  it('what is no message, and an answer of someone who was not asked, changes nothing', async () => {
    const a = await start('a')
    const [mute, stranger] = [await startMute('m'), relay.node('stranger').store.channel]
    const asked = a.ask(greeting, 'x')
    await carried()
    const { id } = namesOf(mute.heard[0])
    for (const text of ['', '{', '7', 'null', '{"ask":1}', '{"answer":"nope","body":1}', '{"ask":"nope","id":"1"}']) {
      await mute.channel.send('a', text)
    }
    await stranger?.send('a', JSON.stringify({ answer: id, body: 'not asked' }))
    await mute.channel.send('a', JSON.stringify({ answer: id, body: 'asked' }))
    await mute.channel.send('a', JSON.stringify({ answer: id, body: 'asked, again' }))
    expect((await asked).answers).toEqual([
      { node: 'a', answer: 'x from a' },
      { node: 'm', answer: 'asked' },
    ])
  })

  it('with the store away it fails in time, and does not wait for it', async () => {
    const a = await start('a')
    const gone = new AllNodes({ node: 'g', describe: () => record('g'), surroundings, log: captured.log })
    const never = new Promise<never>(() => {})
    await gone.begin({ nodes: { announce: () => never, list: () => never, withdraw: () => never } })
    const asked = gone.ask(greeting, 'x', { patience: 150 })
    surroundings.advance(150)
    await expect(asked).rejects.toThrow(StoreUnavailableError)
    a.close()
  })

  it('a channel that cannot be listened to is tried again until it can, and not after the end', async () => {
    const { channel, nodes } = relay.node('b').store
    if (channel === undefined || nodes === undefined) throw new Error('nodes of a memory relay have both')
    let failures = 2
    let listens = 0
    const reluctant: NodeChannel = {
      node: 'b',
      send: (to, message) => channel.send(to, message),
      listen: (listener) => {
        listens++
        return failures-- > 0 ? Promise.reject(new StoreUnavailableError('away')) : channel.listen(listener)
      },
    }
    const b = new AllNodes({ node: 'b', describe: () => record('b'), surroundings, log: captured.log })
    b.answer(greeting, (text) => `${text} from b`)
    await b.begin({ nodes, channel: reluctant })
    await nodes.announce(record('b'), 60_000)
    const a = await start('a')
    expect((await a.ask(greeting, 'x')).unanswered).toEqual(['b'])
    for (let second = 0; second < 2; second++) {
      surroundings.advance(1_000)
      await carried()
    }
    expect((await a.ask(greeting, 'x')).unanswered).toEqual([])
    b.close()
    surroundings.advance(10_000)
    await carried()
    expect(listens).toBe(3)
    expect((await a.ask(greeting, 'x')).unanswered).toEqual(['b'])
  })
})

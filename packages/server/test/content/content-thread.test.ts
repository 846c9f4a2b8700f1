import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { ContentThread, defaultContentLimits } from '../../src/content/content-thread.ts'
import { richTextDocument } from '../support/rich-text.ts'

const limits = defaultContentLimits
const asText = { type: 'render', as: 'text', field: undefined } as const

function stateOf(text: string): Uint8Array[] {
  return [Y.encodeStateAsUpdate(richTextDocument([['paragraph', {}, text]]))]
}

async function using(thread: ContentThread, use: () => Promise<void>): Promise<void> {
  try {
    await use()
  } finally {
    await thread.close()
  }
}

test('many tasks at once each get their own document, given in however many updates', async () => {
  const thread = new ContentThread(limits)
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  for (let part = 0; part < 4; part++) doc.getText('t').insert(part * 600_000, 'x'.repeat(600_000))
  await using(thread, async () => {
    const [long, ...others] = await Promise.all([
      thread.run(updates, asText),
      ...['a', 'b', 'c'].map((text) => thread.run(stateOf(text), asText)),
    ])
    expect(long).toHaveLength(2_400_000)
    expect(others.map((bytes) => Buffer.from(bytes).toString())).toEqual(['a', 'b', 'c'])
  })
})

test('L8: a state that Yjs cannot read is told apart from an empty one, and the thread goes on', async () => {
  const thread = new ContentThread(limits)
  await using(thread, async () => {
    await expect(thread.run([new Uint8Array([9, 9, 9])], asText)).rejects.toMatchObject({ kind: 'unreadable' })
    expect(Buffer.from(await thread.run(stateOf('on'), asText)).toString()).toBe('on')
  })
})

test('content that is nested past the stack is refused, and the thread goes on', async () => {
  const doc = new Y.Doc()
  let parent: Y.XmlFragment = doc.getXmlFragment('default')
  doc.transact(() => {
    for (let depth = 0; depth < 20_000; depth++) {
      const child = new Y.XmlElement('blockquote')
      parent.push([child])
      parent = child
    }
  })
  const thread = new ContentThread(limits)
  await using(thread, async () => {
    for (const as of ['json', 'text', 'html', 'markdown'] as const) {
      await expect(thread.run([Y.encodeStateAsUpdate(doc)], { ...asText, as })).rejects.toMatchObject({
        kind: 'too-deep',
      })
    }
    expect(Buffer.from(await thread.run(stateOf('on'), asText)).toString()).toBe('on')
  })
})

test('no more than so many wait, and what takes too long is given up; the next one gets a new thread', async () => {
  const thread = new ContentThread({ ...limits, tasks: 1, taskTime: 0 })
  await using(thread, async () => {
    const first = thread.run(stateOf('x'), asText)
    await expect(thread.run(stateOf('x'), asText)).rejects.toMatchObject({ kind: 'overloaded' })
    await expect(first).rejects.toMatchObject({ kind: 'too-long' })
  })
  await expect(thread.run(stateOf('x'), asText)).rejects.toMatchObject({ kind: 'overloaded' })
})

test('closing ends what is under way', async () => {
  const thread = new ContentThread(limits)
  const running = thread.run(stateOf('x'), asText)
  const [outcome] = await Promise.allSettled([running, thread.close()])
  expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'overloaded' } })
})

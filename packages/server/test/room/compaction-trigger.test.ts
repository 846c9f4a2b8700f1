import { describe, expect, it } from 'vitest'
import { CompactionTrigger } from '../../src/room/compaction-trigger.ts'
import { emptyDocument } from '../support/room-fixture.ts'

const MB = 1_000_000

/** A trigger, and its compactions, which end when the test ends them. */
function triggerOf(): {
  readonly trigger: CompactionTrigger
  readonly begun: () => number
  readonly end: () => Promise<void>
} {
  const running: (() => void)[] = []
  let begun = 0
  const trigger = new CompactionTrigger(emptyDocument, () => {
    begun++
    return new Promise<void>((resolve) => running.push(resolve))
  })
  const end = async (): Promise<void> => {
    running.shift()?.()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { trigger, begun: () => begun, end }
}

describe('when a log is compacted', () => {
  it('is when its tail is longer than half of the checkpoint', async () => {
    const { trigger, begun, end } = triggerOf()
    trigger.appended(MB)
    expect(begun()).toBe(0)
    trigger.appended(3 * MB)
    expect(begun()).toBe(1)
    await end()
    trigger.appended(1.9 * MB)
    expect(begun()).toBe(1)
    trigger.appended(0.2 * MB)
    expect(begun()).toBe(2)
  })

  it('is again at once where so much came meanwhile that it is due, even if nothing comes any more', async () => {
    const { trigger, begun, end } = triggerOf()
    trigger.appended(3 * MB)
    for (let count = 0; count < 10; count++) trigger.appended(2 * MB)
    expect(begun()).toBe(1)
    await end()
    expect(begun()).toBe(2)
    await end()
    expect(begun()).toBe(2)
    // All of it is in the checkpoint.
    trigger.appended(11 * MB)
    expect(begun()).toBe(2)
    trigger.appended(MB)
    expect(begun()).toBe(3)
  })
})

import { MemoryStore } from '@weft/persistence'
import { expect, it } from 'vitest'
import { Probe, type Probed } from '../../src/room/nodes/probe.ts'
import { FakeSurroundings } from '../support/fake-surroundings.ts'

it('a document is looked at every second for as long as it says so, and idle ones are not', () => {
  const surroundings = new FakeSurroundings()
  const ticks: string[] = []
  const document = (name: string, times: number): Probed => ({
    document: name,
    headIs: () => {},
    tick: () => {
      ticks.push(name)
      return --times > 0
    },
  })
  const [idle, shown] = [document('idle', 9), document('shown', 3)]
  const { log } = new MemoryStore()
  const probe = new Probe({ log, surroundings, open: () => [idle, shown] })
  probe.start()
  probe.watch(shown)
  surroundings.advance(2_000)
  expect(ticks).toEqual(['shown', 'shown'])
  surroundings.advance(8_000)
  expect(ticks).toEqual(['shown', 'shown', 'shown'])
  probe.end()
})

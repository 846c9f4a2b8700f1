import { describe, expect, it } from 'vitest'
import { plainDialect } from '../../bench/peers/load/dialect.ts'
import { goalRow, goals } from '../../bench/peers/page/goals.ts'
import { runWorkload } from '../../bench/peers/run.ts'
import type { RunningSystem, System } from '../../bench/peers/system.ts'
import type { Case, Workload } from '../../bench/peers/workload.ts'

/** What happens to a system, in order. */
function systemNamed(name: string, happened: string[], fails?: string): System {
  const running: RunningSystem = {
    host: '',
    port: 0,
    pid: 0,
    helpers: [],
    path: (document) => document,
    restart: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => {
      happened.push(`${name} ends`)
      return Promise.resolve()
    },
  }
  return {
    name,
    keeps: 'nothing',
    persists: false,
    dialect: plainDialect,
    start: () => {
      happened.push(`${name} starts`)
      return Promise.resolve(running)
    },
    check: () => (fails === undefined ? Promise.resolve() : Promise.reject(new Error(fails))),
  }
}

function workloadOf(...cases: Case[]): Workload {
  return { id: 'W0', title: 'nothing', metrics: [{ name: 'cost', unit: '', better: 'less' }], cases }
}

const quiet = { duration: 1, log: () => {} }

describe('rounds', () => {
  it('start each system once, beginning with another one each time', async () => {
    const happened: string[] = []
    const systems = ['a', 'b', 'c'].map((name) => systemNamed(name, happened))
    const one: Case = { name: 'one', run: () => Promise.resolve({ cost: 1 }) }
    await runWorkload(workloadOf(one), { ...quiet, rounds: 2, systems })
    expect(happened.filter((event) => event.endsWith('starts'))).toEqual(
      ['a', 'b', 'c', 'b', 'c', 'a'].map((name) => `${name} starts`),
    )
    expect(happened.filter((event) => event.endsWith('ends'))).toHaveLength(6)
  })

  it('give the median with the least and the most', async () => {
    const costs = [9, 1, 2]
    const one: Case = { name: 'one', run: () => Promise.resolve({ cost: costs.shift() ?? 0 }) }
    const results = await runWorkload(workloadOf(one), { ...quiet, rounds: 3, systems: [systemNamed('a', [])] })
    expect(results).toEqual({ one: { a: { cost: { median: 2, least: 1, most: 9 } } } })
  })

  it('give cases that must be alone a server each, and leave out those that say nothing of a system', async () => {
    const happened: string[] = []
    const cases: Case[] = [
      { name: 'first', run: () => Promise.resolve({ cost: happened.push('first') }) },
      { name: 'alone', alone: true, run: () => Promise.resolve({ cost: happened.push('alone') }) },
      { name: 'not for it', appliesTo: () => false, run: () => Promise.resolve({ cost: happened.push('wrong') }) },
    ]
    await runWorkload(workloadOf(...cases), { ...quiet, rounds: 1, systems: [systemNamed('a', happened)] })
    expect(happened).toEqual(['a starts', 'first', 'a ends', 'a starts', 'alone', 'a ends'])
  })

  it('warm each server up that is started, before anything is measured', async () => {
    const happened: string[] = []
    const cases: Case[] = ['first', 'second'].map((name) => ({
      name,
      alone: true,
      run: () => Promise.resolve({ cost: happened.push(name) }),
    }))
    const warmUp = (): Promise<void> => Promise.resolve(void happened.push('warm'))
    const workload = { ...workloadOf(...cases), warmUp }
    await runWorkload(workload, { ...quiet, rounds: 1, systems: [systemNamed('a', happened)] })
    expect(happened.filter((event) => !event.startsWith('a '))).toEqual(['warm', 'first', 'warm', 'second'])
  })

  it('go on where a system or a case fails, with the reason in its place', async () => {
    const one: Case = {
      name: 'one',
      run: ({ name }) => (name === 'breaks' ? Promise.reject(new Error('lost')) : Promise.resolve({ cost: 1 })),
    }
    const happened: string[] = []
    const systems = [
      systemNamed('diverges', happened, 'no client converges'),
      systemNamed('breaks', happened),
      systemNamed('works', happened),
    ]
    const results = await runWorkload(workloadOf(one), { ...quiet, rounds: 1, systems })
    expect(results).toEqual({
      one: { diverges: 'no client converges', breaks: 'lost', works: { cost: { median: 1, least: 1, most: 1 } } },
    })
    expect(happened.filter((event) => event.endsWith('ends'))).toHaveLength(3)
  })
})

describe('a goal', () => {
  const [ratio] = goals
  const spread = (median: number): Record<string, { median: number; least: number; most: number }> => ({
    'server CPU per delivered update': { median, least: median, most: median },
  })

  it('is a ratio to the best peer that was there', () => {
    if (ratio === undefined) throw new Error('there are no goals')
    const found = {
      'weft-memory': spread(2),
      hocuspocus: spread(8),
      'bare-relay': spread(10),
      'y-websocket-server': 'lost',
    }
    const row = goalRow(ratio, { W1: { '1,000 observers': found } })
    expect(row?.slice(3)).toEqual(['at most 0.25 × hocuspocus', '0.25 ×', 'met'])
    const worse = goalRow(ratio, { W1: { '1,000 observers': { ...found, 'weft-memory': spread(3) } } })
    expect(worse?.at(-1)).toBe('**missed**')
  })

  it('is left out where nobody was compared with', () => {
    if (ratio === undefined) throw new Error('there are no goals')
    expect(goalRow(ratio, { W1: { '1,000 observers': { 'weft-memory': spread(2) } } })).toBeUndefined()
    expect(goalRow(ratio, {})).toBeUndefined()
  })
})

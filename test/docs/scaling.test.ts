import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { constantNames, readMeasured } from '../../bench/cost-model/constants.ts'
import { crowdOfNode, nodesOfDocument, storm } from '../../bench/scaling/limits.ts'
import { copies, need, team } from '../../bench/scaling/model.ts'
import { scalingSections } from '../../bench/scaling/sections.ts'
import { sectionOf } from '../../bench/support/page-section.ts'

const page = readFileSync(new URL('../../docs/scaling.md', import.meta.url), 'utf8')
const measured = readMeasured(new URL('../../docs/scaling/constants.json', import.meta.url))
const { constants } = measured

/** What is in a text's cells, however wide its columns are. */
function cells(text: string): string[][] {
  return text.split('\n').map((line) => line.split('|').map((cell) => cell.trim().replace(/^-{3,}$/, '---')))
}

describe('docs/scaling.md', () => {
  it.each(Object.entries(scalingSections(measured)))('says of %s what the script prints', (name, text) => {
    expect(cells(sectionOf('docs/scaling.md', page, name))).toEqual(cells(text.trim()))
  })

  it('has all constants, and none that costs less than nothing', () => {
    for (const name of constantNames) {
      expect(page).toContain(`\`${name}\``)
      expect(constants[name]).toBeGreaterThanOrEqual(0)
    }
  })
})

describe('the model', () => {
  const load = { ...team, connections: 100_000, documents: 1_000_000 }

  it('puts a document on one node, or on as many as it has people where there are many nodes', () => {
    expect(copies('by document', 100, 30)).toBe(1)
    expect(copies('anywhere', 1, 30)).toBe(1)
    expect(copies('anywhere', 2, 2)).toBe(1.5)
    expect(copies('anywhere', 100_000, 3)).toBeCloseTo(3, 3)
  })

  it('takes more of everything for more, and more for a document on several nodes than on one', () => {
    const found = need(load, 'by document', constants)
    const twice = need({ ...load, connections: 200_000, documents: 2_000_000 }, 'by document', constants)
    expect(twice.nodes).toBeGreaterThan(found.nodes)
    expect(twice.nodeCores / found.nodeCores).toBeCloseTo(2, 1)
    expect(twice.toPeople).toBeCloseTo(found.toPeople * 2)
    expect(twice.redisGib).toBeCloseTo(found.redisGib * 2)
    const anywhere = need(load, 'anywhere', constants)
    expect(anywhere.nodeCores).toBeGreaterThan(found.nodeCores)
    expect(anywhere.fromRedis).toBeGreaterThan(found.fromRedis)
    expect(anywhere.toPeople).toBe(found.toPeople)
  })

  it('leaves half of what there is free', () => {
    const { nodes, nodeCores, shards, redisCores } = need(load, 'by document', constants)
    expect(nodeCores).toBeLessThanOrEqual(nodes / 2)
    expect(redisCores).toBeLessThanOrEqual(shards / 2)
  })

  it('knows limits that more machines do not move', () => {
    const dearer = { ...constants, frameCpu: constants.frameCpu * 2 }
    expect(crowdOfNode(dearer)).toBeLessThan(crowdOfNode(constants))
    const { byRedis } = nodesOfDocument({ ...constants, redisUpdateCpu: 10, redisRelayedCpu: 10 })
    // A flush each 39 ms: 25.6 × n × (10 + 10 n) µs are half a second.
    expect(byRedis).toBe(44)
  })

  it('has the others carry whom a node loses', () => {
    const found = need(load, 'by document', constants)
    const one = storm(load, 'by document', found, 1, constants)
    expect(one.people).toBeCloseTo(load.connections / found.nodes)
    expect(one.documents).toBeCloseTo(one.people / load.together)
    expect(storm(load, 'by document', found, 2, constants).nodeSeconds).toBeGreaterThan(2 * one.nodeSeconds)
  })
})

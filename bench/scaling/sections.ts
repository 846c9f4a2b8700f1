/** The tables of docs/scaling.md, from the constants. */
import { constantMeanings, constantNames, type Constants, type Measured } from '../cost-model/constants.ts'
import { amount, markdownTable } from '../peers/tables.ts'
import { connectionsOfDoor, crowdOfNode, nodesOfDocument, nodesOfRegistry, storm } from './limits.ts'
import { assumptions, type Load, type Need, need, type Placement, team } from './model.ts'

/** The sections, by the names of their marks in the page. */
export function scalingSections({ machine, constants }: Measured): Readonly<Record<string, string>> {
  return {
    machine,
    constants: constantsTable(constants),
    node: nodeTable(constants),
    growth: growthTable('by document', constants),
    anywhere: growthTable('anywhere', constants),
    limits: limitsTable(constants),
    storm: stormTable(constants),
  }
}

function constantsTable(constants: Constants): string {
  return markdownTable(
    ['constant', 'measured', 'unit', 'is'],
    constantNames.map((name) => {
      const [unit, meaning] = constantMeanings[name]
      return [`\`${name}\``, amount(constants[name]), unit, meaning]
    }),
  )
}

const quiet = { ...team, together: 1, typing: 0 }

/** What people do who fill a machine. */
const kinds: readonly (readonly [name: string, load: Omit<Load, 'connections' | 'documents'>])[] = [
  ['each reads a document alone', quiet],
  ['all read documents in tens', { ...quiet, together: 10 }],
  ['teams: 2.5 in a document, a tenth of them types', team],
  ['classes: 30 in a document, three of them type', { ...team, together: 30 }],
  ['everyone types, alone in a document', { ...team, together: 1, typing: 1 }],
]

function nodeTable(constants: Constants): string {
  const { cores, headroom, nodeMemoryKib } = assumptions
  const many = 100_000
  return markdownTable(
    [
      'people',
      'CPU a person, µs/s',
      'memory a person, KiB',
      'people on a core at half',
      'on a machine of 4 cores',
      'full is',
    ],
    kinds.map(([name, load]) => {
      const { nodeCores, nodeGib } = need({ ...load, connections: many, documents: many }, 'by document', constants)
      const [cpu, kib] = [(nodeCores * 1e6) / many, (nodeGib * 1024 ** 2) / many]
      const [byCpu, byMemory] = [(headroom * 1e6) / cpu, (headroom * nodeMemoryKib) / kib]
      const people = Math.min(byCpu, byMemory)
      const full = byCpu < byMemory ? 'CPU' : 'memory'
      return [name, amount(cpu), amount(kib), rounded(people), rounded(people * cores), full]
    }),
  )
}

const sizes = [10_000, 100_000, 1_000_000]

function growthTable(placement: Placement, constants: Constants): string {
  const found = sizes.map((connections) =>
    need({ ...team, connections, documents: connections * 10 }, placement, constants),
  )
  const row = (name: string, of: (need: Need) => number, decimals = 0): string[] => [
    name,
    ...found.map((one) => (decimals === 0 ? rounded(of(one)) : amount(of(one)))),
  ]
  return markdownTable(
    [
      '',
      ...sizes.map(
        (size) => `${size.toLocaleString('en-US')} connections, ${(size * 10).toLocaleString('en-US')} documents`,
      ),
    ],
    [
      row('updates a second', ({ appends }) => appends),
      row('nodes, a core each', ({ nodes }) => nodes),
      row('machines of 4 cores', ({ machines }) => machines),
      row('cores that nodes use', ({ nodeCores }) => nodeCores, 1),
      row('memory of nodes, GiB', ({ nodeGib }) => nodeGib, 1),
      row('Redis shards', ({ shards }) => shards),
      row('cores that Redis uses', ({ redisCores }) => redisCores, 1),
      row('memory of Redis, GiB', ({ redisGib }) => redisGib, 1),
      row('to people, Mbit/s', ({ toPeople }) => toPeople, 1),
      row('from people, Mbit/s', ({ fromPeople }) => fromPeople, 1),
      row('to Redis, Mbit/s', ({ toRedis }) => toRedis, 1),
      row('from Redis, Mbit/s', ({ fromRedis }) => fromRedis, 1),
    ],
  )
}

function limitsTable(constants: Constants): string {
  const hot = nodesOfDocument(constants)
  const crowd = crowdOfNode(constants)
  const nodes = Math.min(hot.byNode, hot.byRedis)
  return markdownTable(
    ['limit', 'reached at', 'because'],
    [
      [
        'people in one document on one node',
        rounded(crowd),
        `each is written to ${Math.round(assumptions.flushes)} times a second`,
      ],
      [
        'nodes of one document, for Redis',
        rounded(hot.byRedis),
        'the messages of a document grow as the square of its nodes',
      ],
      ['nodes of one document, for each node', rounded(hot.byNode), 'each hears all others'],
      ['people in one document', rounded(crowd * nodes), 'the product of the two'],
      [
        'nodes around one Redis',
        rounded(nodesOfRegistry(constants)),
        'all of them say that they are up, and ask for revocations, in one slot',
      ],
      [
        'connections a second through one address with `--workers`',
        rounded(connectionsOfDoor(constants)),
        'one process gives them away',
      ],
    ],
  )
}

function stormTable(constants: Constants): string {
  const rows = sizes.flatMap((connections) => {
    const load = { ...team, connections, documents: connections * 10 }
    const found = need(load, 'by document', constants)
    // Where there is one node, nobody is left; and a machine of all nodes is no loss of one.
    const lost = [1, assumptions.cores].filter((count) => count < found.nodes)
    return lost.map((count) => {
      const { people, documents, nodeSeconds, redisSeconds } = storm(load, 'by document', found, count, constants)
      return [
        connections.toLocaleString('en-US'),
        `${count} of ${rounded(found.nodes)}`,
        rounded(people),
        rounded(documents),
        amount(nodeSeconds),
        amount(redisSeconds),
      ]
    })
  })
  return markdownTable(
    [
      'connections',
      'nodes lost',
      'people who come back',
      'documents opened again',
      'seconds of the other nodes',
      'seconds of Redis',
    ],
    rows,
  )
}

/** Two significant digits: a model knows no more. */
function rounded(value: number): string {
  return Math.round(Number(value.toPrecision(value < 100 ? 3 : 2))).toLocaleString('en-US')
}

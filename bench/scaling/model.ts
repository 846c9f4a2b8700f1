/** The cost model: what people do, times what each thing costs, on how many nodes and Redis shards. Pure arithmetic. */
import { windowOf } from '../../packages/server/src/room/flush-pace.ts'
import type { Constants } from '../cost-model/constants.ts'

/** What people do. */
export interface Load {
  readonly connections: number
  /** Documents that are stored, open or not. */
  readonly documents: number
  /** People who have the same document open. */
  readonly together: number
  /** The share of people who type at a moment. */
  readonly typing: number
  /** Of each who types, a second: updates, and states of presence. */
  readonly updates: number
  readonly states: number
  readonly updateBytes: number
  /** What a document holds, as Yjs encodes it. */
  readonly documentKib: number
  /** How long somebody stays, in seconds. */
  readonly session: number
}

/** A team's documents: what the tables assume where they say nothing else. */
export const team: Omit<Load, 'connections' | 'documents'> = {
  together: 2.5,
  typing: 0.1,
  updates: 3,
  states: 2,
  updateBytes: 40,
  documentKib: 30,
  session: 1_800,
}

/** What was decided and not measured. */
interface Assumptions {
  /** How much of a core, and of the memory that it has, is used in ordinary times: the rest is for the loss of a node, and for peaks. */
  readonly headroom: number
  readonly nodeMemoryKib: number
  readonly shardMemoryKib: number
  /** Times what a document holds: in a node's memory, and in Redis with its checkpoint and tail. */
  readonly inMemory: number
  readonly inRedis: number
  /** The cores of a machine. */
  readonly cores: number
  /** Bytes of TCP, IP and WebSocket around what is sent to a person. */
  readonly frameOverhead: number
  /** Bytes around an update in an append, and in a message between nodes. */
  readonly redisOverhead: number
  /** Bytes of a state of presence, with a name and a colour. */
  readonly stateBytes: number
  /** A message to one more node is a system call of Redis at least, in µs, where the difference was lost in noise. */
  readonly leastRelayed: number
  /** A room of a thousand flushes so many times a second at most. */
  readonly flushes: number
}

/** What the tables assume. */
export const assumptions: Assumptions = {
  headroom: 0.5,
  nodeMemoryKib: 4 * 1024 * 1024,
  shardMemoryKib: 12 * 1024 * 1024,
  inMemory: 4,
  inRedis: 1,
  cores: 4,
  frameOverhead: 70,
  redisOverhead: 250,
  stateBytes: 120,
  leastRelayed: 5,
  flushes: 1_000 / windowOf(1_000, 1),
}

/** Where the people of a document are: led to one node by its name, or to any. */
export type Placement = 'by document' | 'anywhere'

/** On how many of so many nodes a document is, on average. */
export function copies(placement: Placement, nodes: number, together: number): number {
  return placement === 'by document' ? 1 : nodes * (1 - (1 - 1 / nodes) ** together)
}

/** What Redis takes for a message to one more node, in µs. */
export function redisRelayed({ redisRelayedCpu }: Constants): number {
  return Math.max(redisRelayedCpu, assumptions.leastRelayed)
}

/** What a load takes. CPU is in cores, memory in GiB, traffic in Mbit/s. */
export interface Need {
  readonly nodes: number
  readonly machines: number
  readonly nodeCores: number
  readonly nodeGib: number
  readonly shards: number
  readonly redisCores: number
  readonly redisGib: number
  readonly toPeople: number
  readonly fromPeople: number
  readonly toRedis: number
  readonly fromRedis: number
  /** Appends a second. */
  readonly appends: number
}

/** How many nodes and shards a load takes: with each node more, a little is added, so it is looked for until it fits. */
export function need(load: Load, placement: Placement, constants: Constants): Need {
  let nodes = 1
  for (;;) {
    const found = needOn(load, placement, constants, nodes)
    if (found.nodes <= nodes) return { ...found, nodes, machines: Math.ceil(nodes / assumptions.cores) }
    nodes = found.nodes
  }
}

function needOn(load: Load, placement: Placement, cost: Constants, nodes: number): Need {
  const { connections, documents, together, typing, updateBytes, documentKib, session } = load
  const open = connections / together
  const places = open * copies(placement, nodes, together)
  const appends = connections * typing * load.updates
  const frames = appends * (together - 1)
  const shown = connections * typing * load.states
  const states = shown * (together - 1)
  const joins = connections / session
  const openings = places / session
  const relayed = appends * (places / open - 1)
  const nodeCpu =
    nodes * cost.nodeIdleCpu +
    connections * cost.connectionIdleCpu +
    places * cost.documentIdleCpu +
    appends * (cost.updateCpu + (updateBytes / 1024) * cost.appendedKibCpu) +
    frames * (cost.frameCpu + (updateBytes / 1024) * cost.frameKibCpu) +
    states * cost.presenceCpu +
    relayed * cost.relayedCpu +
    joins * (cost.connectionOpenCpu + documentKib * cost.frameKibCpu) +
    openings * cost.documentOpenCpu
  const nodeKib =
    nodes * cost.nodeMemory +
    connections * cost.connectionMemory +
    places * (cost.documentMemory + documentKib * assumptions.inMemory)
  const redisCpu =
    nodes * cost.redisNodeCpu +
    places * cost.redisDocumentIdleCpu +
    appends * cost.redisUpdateCpu +
    relayed * redisRelayed(cost) +
    openings * cost.redisDocumentOpenCpu
  const redisKib = documents * (cost.redisDocumentMemory + documentKib * assumptions.inRedis)
  const { headroom, frameOverhead, redisOverhead, stateBytes } = assumptions
  const megabits = (bytes: number): number => (bytes * 8) / 1e6
  return {
    nodes: Math.ceil(Math.max(nodeCpu / 1e6 / headroom, nodeKib / assumptions.nodeMemoryKib / headroom)),
    machines: 0,
    nodeCores: nodeCpu / 1e6,
    nodeGib: nodeKib / 1024 ** 2,
    shards: Math.ceil(Math.max(redisCpu / 1e6 / headroom, redisKib / assumptions.shardMemoryKib)),
    redisCores: redisCpu / 1e6,
    redisGib: redisKib / 1024 ** 2,
    toPeople: megabits(
      frames * (updateBytes + frameOverhead) + states * (stateBytes + frameOverhead) + joins * documentKib * 1024,
    ),
    fromPeople: megabits(appends * (updateBytes + frameOverhead) + shown * (stateBytes + frameOverhead)),
    toRedis: megabits(appends * (updateBytes + redisOverhead)),
    fromRedis: megabits((appends + relayed) * (updateBytes + redisOverhead) + openings * documentKib * 1024),
    appends,
  }
}

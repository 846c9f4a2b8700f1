/** What does not spread over nodes and shards, and how far each reaches. */
import type { Constants } from '../cost-model/constants.ts'
import { assumptions, copies, type Load, type Need, type Placement, redisRelayed } from './model.ts'

const { headroom, flushes } = assumptions

/** What half a core does in a second, in microseconds. */
const share = headroom * 1e6

/** How many people may have one document open on one node, in which five type all the time. */
export function crowdOfNode(cost: Constants): number {
  return Math.floor((share - flushes * cost.updateCpu) / (flushes * cost.frameCpu))
}

/** On how many nodes one document may be open, in which somebody types on each: messages grow as their square. */
export function nodesOfDocument(cost: Constants): { readonly byRedis: number; readonly byNode: number } {
  let byRedis = 1
  while (flushes * byRedis * (cost.redisUpdateCpu + byRedis * redisRelayed(cost)) < share) byRedis++
  const byNode = 1 + Math.floor((share - flushes * cost.updateCpu) / (flushes * cost.relayedCpu))
  return { byRedis, byNode }
}

/** How many nodes one Redis can have whose list and revocations are in one slot. */
export function nodesOfRegistry(cost: Constants): number {
  return Math.floor(share / cost.redisNodeCpu)
}

/** How many connections a second one process before workers gives away. */
export function connectionsOfDoor(cost: Constants): number {
  return Math.floor(share / cost.doorCpu)
}

/** The loss of a node. */
export interface Storm {
  /** People who come back, and documents that the others open. */
  readonly people: number
  readonly documents: number
  /** Seconds until the others' spare CPU, and that of all Redis shards, has done that. */
  readonly nodeSeconds: number
  readonly redisSeconds: number
}

/** What the others do when so many of all nodes are lost at once. */
export function storm(load: Load, placement: Placement, found: Need, lost: number, cost: Constants): Storm {
  const people = (load.connections / found.nodes) * lost
  const places = (load.connections / load.together) * copies(placement, found.nodes, load.together)
  const documents = (places / found.nodes) * lost
  const work =
    people * (cost.connectionOpenCpu + load.documentKib * cost.frameKibCpu) + documents * cost.documentOpenCpu
  const spare = (found.nodes - lost) * (1 - headroom) * 1e6
  return {
    people,
    documents,
    nodeSeconds: work / spare,
    redisSeconds: (documents * cost.redisDocumentOpenCpu) / (found.shards * (1 - headroom) * 1e6),
  }
}

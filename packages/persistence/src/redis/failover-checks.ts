import type { Redis } from 'ioredis'
import { StoreConfigurationError } from '../errors.ts'
import type { RedisLocation } from './redis-url.ts'
import { listIn, numberIn, textIn } from './reply.ts'

/** Where Sentinels tell each other which master they watch: they subscribe to it on every server that they look after. */
const sentinelChannel = '__sentinel__:hello'

/**
 * Refuses `fsync` where a replica, which may lack what the master's disk has, would take over with nobody asked.
 *
 * @throws StoreConfigurationError that says what to set; and what the connection throws
 */
export async function assertNoFailover(redis: Redis, kind: RedisLocation['kind']): Promise<void> {
  switch (kind) {
    case 'sentinel':
      throw sentinelRefusal()
    case 'cluster':
      if (clusterReplicasIn(textIn(await redis.callBuffer('CLUSTER', 'NODES'))) > 0) {
        throw refused('in a Cluster a replica takes over by itself, and here a master has one')
      }
      return
    case 'standalone': {
      const [, subscribers] = listIn(await redis.callBuffer('PUBSUB', 'NUMSUB', sentinelChannel))
      if (numberIn(subscribers) > 0) {
        throw refused('this Redis is watched by Sentinels, which put a replica in its place when they lose it')
      }
    }
  }
}

/** How many replicas the Cluster's server that was asked has, by its CLUSTER NODES: those that are away at the moment too. */
export function clusterReplicasIn(nodes: string): number {
  const servers = nodes.split('\n').map((line) => line.split(' '))
  const [own] = servers.find(([, , flags]) => flags?.split(',').includes('myself')) ?? []
  return own === undefined ? 0 : servers.filter(([, , , master]) => master === own).length
}

/** Why `fsync` cannot be had where Sentinels name the master: known by the store's URL alone. */
export function sentinelRefusal(): StoreConfigurationError {
  return refused('Sentinels put a replica in the place of a master that they lose')
}

function refused(why: string): StoreConfigurationError {
  return new StoreConfigurationError(
    `fsync does not survive a failover: ${why}. Give --durability replicas:<n>, with n the number of replicas that each ` +
      'master has, or --durability memory',
  )
}

import { StoreUnavailableError } from '../errors.ts'
import { clusterReplicasIn } from './failover-checks.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { RedisLocation } from './redis-url.ts'
import { textIn } from './reply.ts'
import type { Routes } from './routes.ts'
import { replicasIn } from './server-checks.ts'

/**
 * Checks that every master has the replicas that are waited for.
 *
 * @param wanted how many have an append before it counts as saved
 * @returns what an operator should know: where a replica could take over that none of them waited for
 * @throws StoreUnavailableError where there are fewer: a replica may only be away at the moment
 */
export async function checkReplicas(
  routes: Routes,
  kind: RedisLocation['kind'],
  wanted: number,
): Promise<readonly string[]> {
  const caveats: string[] = []
  for (const { commands, name } of routes.shards()) {
    const master = name === '' ? 'the Redis master' : `the Redis master ${name}`
    const attached = replicasIn(textIn(await commands.call('INFO', ['replication'])))
    if (attached < wanted) {
      throw new StoreUnavailableError(
        `${master} has ${attached} replicas, and replicas:${wanted} would never call anything saved: attach replicas, or ask for fewer`,
      )
    }
    const known = Math.max(attached, await replicasOfCluster(commands, kind))
    if (known > wanted) {
      caveats.push(
        `${master} has ${known} replicas, and --durability replicas:${wanted} waits for ${wanted} of them: a failover to ` +
          `another one may lose saved edits; replicas:${known} would not`,
      )
    }
  }
  return caveats
}

/** How many a Cluster knows of, those that are away included. */
async function replicasOfCluster(commands: RedisConnection, kind: RedisLocation['kind']): Promise<number> {
  return kind === 'cluster' ? clusterReplicasIn(textIn(await commands.call('CLUSTER', ['NODES']))) : 0
}

import { cpus } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { durableSettings, RedisServer } from '../../packages/persistence/test/redis-server.ts'
import type { Placement } from '../support/placement.ts'
import { Bed, cpuMicroseconds } from './bed.ts'
import { type ConstantName, constantNames, type Constants, type Measured } from './constants.ts'
import { openCost } from './open-cost.ts'
import { doorCost, flushCost, presenceCost, updateCost } from './work-cost.ts'

/**
 * Measures the constants of the cost model.
 *
 * @param seconds how long a step lasts
 * @param told told before each step what it is
 */
export async function measureConstants(
  placement: Placement,
  seconds: number,
  told: (step: string) => void,
): Promise<Measured> {
  const opened = async (documents: 'one' | 'each'): Promise<Opened> => {
    await using bed = await Bed.start(1, placement, seconds)
    const memory = await bed.memory()
    return { ...(await openCost(bed, bed[documents]())), memoryBefore: memory, idle: bed.idle }
  }
  told('Redis alone')
  const redisAlone = await redisIdle(2 * seconds)
  told('connections')
  const connection = await opened('one')
  told('documents')
  const document = await opened('each')
  told('updates')
  await using bed = await Bed.start(2, placement, seconds)
  const flush = await flushCost(bed)
  const update = await updateCost(bed, flush.frameCpu)
  told('presence')
  const presenceCpu = await presenceCost(bed)
  told('workers')
  const doorCpu = await doorCost(bed, placement)
  return {
    machine: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores, Node ${process.version}; ${placement.text}`,
    constants: tellable({
      nodeMemory: connection.memoryBefore,
      nodeIdleCpu: (connection.idle.nodes[0] ?? 0) / connection.idle.seconds,
      connectionMemory: connection.memory,
      connectionOpenCpu: connection.openCpu,
      connectionIdleCpu: connection.idleCpu,
      documentMemory: document.memory - connection.memory,
      documentOpenCpu: document.openCpu - connection.openCpu,
      documentIdleCpu: document.idleCpu - connection.idleCpu,
      ...flush,
      ...update,
      presenceCpu,
      doorCpu,
      redisNodeCpu: (bed.idle.redis / bed.idle.seconds - redisAlone) / 2,
      redisDocumentOpenCpu: document.redisOpenCpu,
      redisDocumentIdleCpu: document.redisIdleCpu,
    }),
  }
}

/** What a Redis takes each second that has no node, in microseconds. */
async function redisIdle(seconds: number): Promise<number> {
  await using redis = await RedisServer.start(...durableSettings)
  const pid = Number(/process_id:(\d+)/.exec(await redis.client.info('server'))?.[1])
  const before = cpuMicroseconds(pid)
  await setTimeout(seconds * 1000)
  return (cpuMicroseconds(pid) - before) / seconds
}

/** A difference that is less than the noise may be below nothing; nothing costs that. */
function tellable(constants: Constants): Constants {
  const least = (name: ConstantName): [ConstantName, number] => [name, Math.max(0, constants[name])]
  return { ...constants, ...Object.fromEntries(constantNames.map(least)) }
}

interface Opened extends Awaited<ReturnType<typeof openCost>> {
  readonly memoryBefore: number
  readonly idle: Bed['idle']
}

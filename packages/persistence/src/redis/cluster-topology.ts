import { StoreConfigurationError, StoreUnavailableError } from '../errors.ts'
import { RedisConnection } from './redis-connection.ts'
import { type RedisLocation, type ServerAddress, addressText } from './redis-url.ts'
import { RedisReplyError, adviceOn, isConfigurationReply } from './reply-errors.ts'
import { listIn, maybeTextIn, numberIn, textIn } from './reply.ts'

/** Who holds which slots, as one server of a Cluster sees it. */
export interface ClusterTopology {
  /** Grows with every failover and every slot that was moved. */
  readonly epoch: number
  readonly ranges: readonly SlotRange[]
}

/** Slots from `first` to `last`, and the servers that have them, the master first. */
export interface SlotRange {
  readonly first: number
  readonly last: number
  readonly servers: readonly ServerAddress[]
}

/** How long a server is waited for, in milliseconds: one that is stopped takes connections and says nothing. */
const patience = 1_000
/** Of a large Cluster, so many are asked. */
const maxAsked = 12

/**
 * Asks servers of a Cluster who holds which slots. A server that was cut off does not know what happened since, so all are
 * asked, and the one that has seen most is believed.
 *
 * @throws what the connections throw where none of them answers
 */
export async function askTopology(
  location: RedisLocation,
  addresses: readonly ServerAddress[],
): Promise<ClusterTopology> {
  const asked = addresses.slice(0, maxAsked)
  const answers = await Promise.allSettled(asked.map((address) => askServer(location, address)))
  const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const [best] = found.sort((a, b) => b.epoch - a.epoch)
  if (best !== undefined) return best
  const failures = answers.flatMap((answer): unknown[] => (answer.status === 'rejected' ? [answer.reason] : []))
  // One that is away may come back; what is misconfigured has to be told first.
  const failure = failures.find((one) => one instanceof StoreConfigurationError) ?? failures[0]
  throw failure instanceof Error ? failure : new StoreUnavailableError('no server of the Redis Cluster answers')
}

async function askServer(location: RedisLocation, address: ServerAddress): Promise<ClusterTopology> {
  const connection = new RedisConnection({ location, address, name: 'weft-topology', check: () => Promise.resolve() })
  const impatient = setTimeout(() => connection.close(), patience)
  try {
    await connection.opened()
    const [info, slots] = await Promise.all([
      connection.call('CLUSTER', ['INFO']),
      connection.call('CLUSTER', ['SLOTS']),
    ])
    const [, epoch = '0'] = /cluster_current_epoch:(\d+)/.exec(textIn(info)) ?? []
    return { epoch: Number(epoch), ranges: listIn(slots).map((range) => rangeIn(range, address)) }
  } catch (cause) {
    if (cause instanceof RedisReplyError) throw refusalOf(cause)
    if (!(cause instanceof StoreUnavailableError)) throw cause
    throw new StoreUnavailableError(`${addressText(address)} of the Redis Cluster does not answer`, { cause })
  } finally {
    clearTimeout(impatient)
    connection.close()
  }
}

function refusalOf(cause: RedisReplyError): Error {
  if (cause.message.includes('cluster support disabled')) {
    return new StoreConfigurationError('this Redis is no part of a Cluster: name it by redis://host:port', { cause })
  }
  const text = adviceOn(cause.message)
  return isConfigurationReply(cause.message)
    ? new StoreConfigurationError(text, { cause })
    : new StoreUnavailableError(text, { cause })
}

function rangeIn(reply: unknown, asked: ServerAddress): SlotRange {
  const [first, last, ...servers] = listIn(reply)
  return {
    first: numberIn(first),
    last: numberIn(last),
    servers: servers.map((server) => {
      const [host, port] = listIn(server)
      // A server that does not know its own name leaves it away: it is the one that was asked.
      const name = maybeTextIn(host) ?? ''
      return { host: name === '' || name === '?' ? asked.host : name, port: numberIn(port) }
    }),
  }
}

import { Counter, type Registry } from 'prom-client'
import { Tally } from './tally.ts'

/** From an idle server with a fast disk to a store that is on its way out, in seconds. */
const savedBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** From a lone edit to a turn's worth of them. */
const flushBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000]

/** What goes through a node's rooms, for Prometheus: the `Traffic` of its rooms. */
export class TrafficMetrics {
  #taken = 0
  #delivered = 0
  readonly #flushes: Tally
  readonly #saved: Tally
  readonly #drops: Counter

  constructor(registry: Registry) {
    this.#count('weft_updates_received_total', 'updates that members sent', registry, () => this.#taken)
    this.#count('weft_updates_sent_total', 'changes sent to members, each time', registry, () => this.#delivered)
    this.#flushes = new Tally({
      name: 'weft_flush_updates',
      help: 'updates that a flush sent on together',
      buckets: flushBuckets,
      registry,
    })
    this.#saved = new Tally({
      name: 'weft_saved_seconds',
      help: 'from the first edit of an append until its writers were told that it is saved',
      buckets: savedBuckets,
      registry,
    })
    this.#drops = new Counter({
      name: 'weft_queue_drops_total',
      help: 'queues of slow members that were dropped, for one difference instead',
      registers: [registry],
    })
  }

  took(): void {
    this.#taken++
  }

  flushed(updates: number): void {
    this.#flushes.add(updates)
  }

  delivered(members: number): void {
    this.#delivered += members
  }

  dropped(): void {
    this.#drops.inc()
  }

  saved(milliseconds: number): void {
    this.#saved.add(milliseconds / 1_000)
  }

  /** A count that is kept as a number and looked up when it is read: it is of every frame. */
  #count(name: string, help: string, registry: Registry, value: () => number): void {
    const counter = new Counter({
      name,
      help,
      registers: [],
      collect() {
        this.reset()
        this.inc(value())
      },
    })
    registry.registerMetric(counter)
  }
}

import type { RefusalKind } from '@weft/protocol'
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import { Tally } from './tally.ts'
import { TrafficMetrics } from './traffic-metrics.ts'

/** What a node has at the moment. */
export interface Levels {
  readonly connections: number
  readonly documents: number
  readonly members: number
  readonly unsavedBytes: number
  /** Documents whose appends the store does not take. */
  readonly documentsFailing: number
  /** Connections that are not read from because of what they sent. */
  readonly membersPaused: number
  /** By how much the event loop was late of late, in seconds. */
  readonly eventLoopDelay: number
  /** What the node does about its load, from 0, nothing, to 3, letting nobody in. */
  readonly loadStage: number
}

/** A log that was not as it should be: mended from what nodes had in memory, or read without what could never be integrated. */
export type IncidentKind = 'log-forked' | 'log-lost' | 'waiting-let-go'

/** From well under a fast disk's sync to a store that is on its way out, in seconds. */
const appendBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

/** What a node counts, for Prometheus to read. Names end in their unit; kinds are those of the log lines. */
export class Metrics {
  readonly #registry = new Registry()
  /** What goes through the rooms. */
  readonly traffic: TrafficMetrics = new TrafficMetrics(this.#registry)
  readonly #levels: () => Levels
  readonly #gauges: Readonly<Record<keyof Levels, Gauge>> = {
    connections: this.#gauge('weft_connections', 'WebSocket connections'),
    documents: this.#gauge('weft_documents_open', 'documents in memory'),
    members: this.#gauge('weft_members', 'seats taken in documents'),
    unsavedBytes: this.#gauge('weft_unsaved_bytes', 'bytes of updates that are not durable yet'),
    documentsFailing: this.#gauge('weft_documents_failing', 'documents whose updates the store does not take'),
    membersPaused: this.#gauge(
      'weft_members_paused',
      'connections not read from because they sent more than their share',
    ),
    eventLoopDelay: this.#gauge('weft_event_loop_delay_seconds', 'by how much the event loop is late, on average'),
    loadStage: this.#gauge('weft_load_stage', '1 less presence, 2 wider flush windows too, 3 no new members either'),
  }
  readonly #refusals = this.#counter('weft_refusals_total', 'connections and frames refused', 'kind')
  readonly #upgradesRefused = this.#counter(
    'weft_upgrades_refused_total',
    'requests that became no WebSocket',
    'status',
  )
  readonly #appends = this.#counter('weft_appends_total', 'appends to the log', 'outcome')
  /** How many ended in each way: put into the counter when it is read, since there are thousands a second. */
  readonly #appended = { durable: 0, failed: 0 }
  readonly #appendSeconds = new Tally({
    name: 'weft_append_seconds',
    help: 'until an append was durable',
    buckets: appendBuckets,
    registry: this.#registry,
  })
  readonly #compactions = this.#counter('weft_compactions_total', 'compactions of a log', 'outcome')
  readonly #incidents = this.#counter(
    'weft_incidents_total',
    'logs that were mended from memory, and updates in them that had to be let go',
    'kind',
  )
  readonly #gaps = new Counter({
    name: 'weft_relay_gaps_total',
    help: 'times that the relay missed something and the log repaired it',
    registers: [this.#registry],
  })
  #describesProcess = false

  /**
   * @param levels what the node has at the moment: asked for at every reading
   * @param worker its number, where it is one of several processes: a label of all that is counted
   */
  constructor(levels: () => Levels, worker?: number) {
    this.#levels = levels
    if (worker !== undefined) this.#registry.setDefaultLabels({ worker: String(worker) })
    // An alert on a count that grew needs its zero.
    for (const kind of ['log-forked', 'log-lost', 'waiting-let-go'] as const) this.#incidents.inc({ kind }, 0)
    for (const outcome of ['done', 'nothing', 'superseded', 'failed'] as const) this.#compactions.inc({ outcome }, 0)
  }

  /** A connection or a frame was refused. */
  refused(kind: RefusalKind): void {
    this.#refusals.inc({ kind })
  }

  /** A request became no WebSocket. */
  upgradeRefused(status: number): void {
    this.#upgradesRefused.inc({ status })
  }

  /** An append ended. */
  appended(outcome: 'durable' | 'failed', seconds: number): void {
    this.#appended[outcome]++
    if (outcome === 'durable') this.#appendSeconds.add(seconds)
  }

  /** A compaction ended. */
  compacted(outcome: 'done' | 'nothing' | 'superseded' | 'failed'): void {
    this.#compactions.inc({ outcome })
  }

  /** A log had forked or had lost something, and was mended. */
  incident(kind: IncidentKind): void {
    this.#incidents.inc({ kind })
  }

  /** The relay missed something. */
  gap(): void {
    this.#gaps.inc()
  }

  /** The type of {@link read}'s text. */
  get contentType(): string {
    return this.#registry.contentType
  }

  /** All of it in Prometheus' text format. */
  async read(): Promise<string> {
    // Watching the event loop and the garbage collector costs a little all the time: only where somebody looks.
    if (!this.#describesProcess) collectDefaultMetrics({ register: this.#registry })
    this.#describesProcess = true
    this.#appends.reset()
    for (const outcome of ['durable', 'failed'] as const) this.#appends.inc({ outcome }, this.#appended[outcome])
    const levels = this.#levels()
    this.#gauges.connections.set(levels.connections)
    this.#gauges.documents.set(levels.documents)
    this.#gauges.members.set(levels.members)
    this.#gauges.unsavedBytes.set(levels.unsavedBytes)
    this.#gauges.documentsFailing.set(levels.documentsFailing)
    this.#gauges.membersPaused.set(levels.membersPaused)
    this.#gauges.eventLoopDelay.set(levels.eventLoopDelay)
    this.#gauges.loadStage.set(levels.loadStage)
    return await this.#registry.metrics()
  }

  #gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers: [this.#registry] })
  }

  #counter<Label extends string>(name: string, help: string, label: Label): Counter<Label> {
    return new Counter({ name, help, labelNames: [label], registers: [this.#registry] })
  }
}

import { Histogram, type MetricObjectWithValues, type MetricValueWithName, type Registry } from 'prom-client'

/** What a tally is called, and where its buckets end. */
export interface TallySettings {
  readonly name: string
  readonly help: string
  /** Upper bounds, smallest first. */
  readonly buckets: readonly number[]
  readonly registry: Registry
}

/**
 * A histogram without labels whose observations cost next to nothing: several of them are made of every update, and
 * prom-client's `observe` takes more than a microsecond. They are counted here and put into Prometheus' shape when read.
 */
export class Tally extends Histogram {
  readonly #name: string
  readonly #bounds: readonly number[]
  /** What describes it: a histogram that observes nothing. */
  readonly #description: Histogram
  /** How many were in each bucket; the last is for what is above all bounds. */
  readonly #counts: number[]
  #sum = 0

  constructor({ name, help, buckets, registry }: TallySettings) {
    const settings = { name, help, buckets: [...buckets] }
    super({ ...settings, registers: [registry] })
    this.#description = new Histogram({ ...settings, registers: [] })
    this.#name = name
    this.#bounds = buckets
    this.#counts = Array.from({ length: buckets.length + 1 }, () => 0)
  }

  /** Counts a value. */
  add(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket++
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1
    this.#sum += value
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const name = this.#name
    let count = 0
    const inBuckets = this.#counts.map((inBucket, bucket) => {
      count += inBucket
      return { metricName: `${name}_bucket`, labels: { le: this.#bounds[bucket] ?? '+Inf' }, value: count }
    })
    const values = [
      ...inBuckets,
      { metricName: `${name}_sum`, labels: {}, value: this.#sum },
      { metricName: `${name}_count`, labels: {}, value: count },
    ]
    return { ...(await this.#description.get()), values }
  }

  /** What the registry asks for when it writes its text. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get()
  }
}

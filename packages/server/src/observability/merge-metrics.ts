/** A line that says something about a metric: `# HELP name …`, `# TYPE name …`. */
const about = /^# (?:HELP|TYPE) (\S+)/

/** One metric of several processes. */
interface Metric {
  /** The lines that describe it. */
  readonly head: Set<string>
  readonly values: string[]
}

/**
 * Puts what several processes count into one text, in Prometheus' format: each metric is described once, and the values of all stand
 * together below it. They must differ in a label.
 *
 * @param texts as each process gives them
 */
export function mergeMetrics(texts: readonly string[]): string {
  const metrics = new Map<string, Metric>()
  for (const text of texts) {
    let metric: Metric = { head: new Set(), values: [] }
    for (const line of text.split('\n')) {
      if (line === '') continue
      const [, name] = about.exec(line) ?? []
      if (name === undefined) {
        metric.values.push(line)
        continue
      }
      metric = metrics.get(name) ?? { head: new Set(), values: [] }
      metrics.set(name, metric)
      metric.head.add(line)
    }
  }
  return [...metrics.values()].map(({ head, values }) => `${[...head, ...values].join('\n')}\n`).join('\n')
}

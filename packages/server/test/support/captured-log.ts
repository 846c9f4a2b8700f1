import { createLog, type Log, type LogLevel } from '../../src/observability/log.ts'

/** One line of the log. */
export type LogLine = Readonly<Record<string, unknown>>

/** A log whose lines the test reads, as the real one writes them. */
export class CapturedLog {
  readonly log: Log
  /** The lines as text, for what must not be in any of them. */
  text = ''
  readonly lines: LogLine[] = []
  readonly #waiting = new Set<() => void>()

  constructor(level: LogLevel = 'debug') {
    this.log = createLog(level, { destination: { write: (text) => this.#write(text) } })
  }

  /** The lines of one event so far. */
  of(event: string): LogLine[] {
    return this.lines.filter((line) => line['event'] === event)
  }

  /** Resolves with the first line of an event, past ones included. */
  async logged(event: string): Promise<LogLine> {
    for (;;) {
      const [line] = this.of(event)
      if (line !== undefined) return line
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  #write(text: string): void {
    this.text += text
    const line: unknown = JSON.parse(text)
    if (typeof line === 'object' && line !== null) this.lines.push({ ...line })
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

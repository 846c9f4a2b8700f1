import { type DestinationStream, pino } from 'pino'

/** How much is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** One line of JSON for each event: `event` is its name, the rest are its facts. */
export interface Log {
  debug(event: string, facts?: object): void
  info(event: string, facts?: object): void
  warn(event: string, facts?: object): void
  error(event: string, facts?: object): void
}

/** What a log is made with. */
export interface LogOptions {
  /** Standard output, unless told otherwise. */
  readonly destination?: DestinationStream
  /** What every line says. */
  readonly facts?: object
}

/** A log that writes JSON lines. */
export function createLog(level: LogLevel, { destination, facts }: LogOptions = {}): Log {
  const logger = pino(
    {
      level,
      base: facts ?? null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  )
  return {
    debug: (event, facts) => logger.debug({ event, ...facts }),
    info: (event, facts) => logger.info({ event, ...facts }),
    warn: (event, facts) => logger.warn({ event, ...facts }),
    error: (event, facts) => logger.error({ event, ...facts }),
  }
}

/** An error with what caused it, as facts for a log line. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const kind = 'kind' in error ? { kind: error.kind } : {}
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) }
  return { name: error.name, ...kind, message: error.message, ...cause, stack: error.stack }
}

import type { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { StoreConfigurationError } from '../errors.ts'
import { connectionSettingsOf, openForWriting, resultCodeOf, resultCodes } from './connection.ts'
import { lockFolder, makeFolder } from './folder-lock.ts'
import { JobRunner } from './job-runner.ts'
import { prepareSchema } from './schema.ts'
import type { FromWriteThread, ToWriteThread } from './write-jobs.ts'

const settings = connectionSettingsOf(workerData)

interface OpenStore {
  readonly lock: DatabaseSync
  readonly database: DatabaseSync
  readonly runner: JobRunner
}

function post(message: FromWriteThread): void {
  parentPort?.postMessage(message)
}

function open(): OpenStore {
  const { folder } = settings
  makeFolder(folder)
  const lock = lockFolder(folder)
  try {
    const database = openForWriting(settings)
    prepareSchema(database, folder, settings.formats)
    return { lock, database, runner: new JobRunner(database, settings.formats) }
  } catch (cause) {
    lock.close()
    throw explain(cause, folder)
  }
}

function explain(cause: unknown, folder: string): unknown {
  switch (resultCodeOf(cause)) {
    case resultCodes.notADatabase:
    case resultCodes.corrupt: {
      const text = `weft.db in ${folder} is damaged or no SQLite database: put a backup in its place, or give Weft another folder`
      return new StoreConfigurationError(text, { cause })
    }
    case resultCodes.cannotOpen:
    case resultCodes.readOnly:
    case resultCodes.permission:
      return new StoreConfigurationError(
        `the store in ${folder} cannot be opened: it and the files in it must be writable`,
        {
          cause,
        },
      )
    default:
      return cause
  }
}

function serve({ lock, database, runner }: OpenStore): void {
  parentPort?.on('message', (message: ToWriteThread) => {
    if (message === 'close') {
      database.close()
      lock.close()
      post({ type: 'closed' })
      parentPort?.close()
      return
    }
    try {
      post({ type: 'committed', outcomes: runner.run(message) })
    } catch (error) {
      // Only SQLite's own failures may pass; anything else is a fault of ours, and this thread does not go on with it.
      if (resultCodeOf(error) === undefined) throw error
      post({ type: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
  })
  post({ type: 'ready' })
}

try {
  serve(open())
} catch (error) {
  if (!(error instanceof StoreConfigurationError)) throw error
  post({ type: 'misconfigured', message: error.message })
}

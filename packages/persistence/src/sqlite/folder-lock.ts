import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreConfigurationError } from '../errors.ts'
import { resultCodeOf, resultCodes } from './connection.ts'

/** A process that was just killed may hold its locks for a moment longer. In milliseconds. */
const patience = 500

/**
 * Makes a store's folder where it is missing. The folder that it is in has to be there: making a whole path would hide a
 * mistyped one.
 *
 * @throws StoreConfigurationError
 */
export function makeFolder(folder: string): void {
  const parent = dirname(resolve(folder))
  try {
    const present = statSync(folder, { throwIfNoEntry: false })
    if (present?.isDirectory() === true) return
    if (present !== undefined) throw new Error('something else of that name is there')
    mkdirSync(folder)
    syncFolder(parent)
  } catch (cause) {
    throw new StoreConfigurationError(
      `the store folder ${folder} cannot be made (${reasonOf(cause)}): give a folder whose parent is there and writable`,
      { cause },
    )
  }
}

/** A new folder is there after a power failure only when the folder that holds it was synced. */
function syncFolder(folder: string): void {
  // Windows cannot open folders, and needs no such thing.
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Takes hold of a folder for this process, until the returned connection is closed or the process ends, however it ends.
 * The lock is a file of its own because an exclusive lock on the store would shut out the thread that reads it.
 *
 * @throws StoreConfigurationError where another process holds it
 */
export function lockFolder(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(join(folder, 'lock.db'), { timeout: patience })
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return lock
  } catch (cause) {
    lock?.close()
    if (resultCodeOf(cause) === resultCodes.busy) {
      throw new StoreConfigurationError(
        `the store folder ${folder} is held by another running Weft: stop that one, or give this one another folder`,
        { cause },
      )
    }
    throw new StoreConfigurationError(
      `the store folder ${folder} cannot be used (${reasonOf(cause)}): it and the files in it must be writable`,
      { cause },
    )
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConfigurationError } from '../config/settings.ts'

/** Documents are nobody else's business. */
const ownerOnly = 0o600

/**
 * Writes a file so that it is there whole or not at all: beside it first, synced, then in its place, synced too. What was
 * there before stands until then.
 *
 * @throws ConfigurationError where there can be no such file
 */
export async function writeFileWhole(path: string, bytes: Readable, signal: AbortSignal): Promise<void> {
  const beside = `${path}.${randomUUID()}.part`
  await assertReplaceable(path)
  const file = await open(beside, 'wx', ownerOnly).catch((cause: unknown) => {
    throw unwritable(path, cause)
  })
  try {
    await pipeline(bytes, createWriteStream(beside, { fd: file, flush: true }), { signal })
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Anything but a file would be gone: a pipe, a device, a link to elsewhere. */
async function assertReplaceable(path: string): Promise<void> {
  const present = await lstat(path).catch(() => undefined)
  if (present === undefined || present.isFile()) return
  throw new ConfigurationError(`--to ${path} is there and no file: name a file, or - for standard output`)
}

/** A new name is there after a power failure only when its folder was synced. */
async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders, and needs no such thing.
  if (process.platform === 'win32') return
  const opened = await open(folder, 'r')
  try {
    await opened.sync()
  } finally {
    await opened.close()
  }
}

function unwritable(path: string, cause: unknown): ConfigurationError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new ConfigurationError(`--to ${path} cannot be written: ${reason}`, { cause })
}

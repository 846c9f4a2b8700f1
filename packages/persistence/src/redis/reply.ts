/**
 * What Redis replied, by its type. Bulk strings come as Buffers: nothing is decoded that is not text.
 *
 * @module
 */

import { StoreUnavailableError } from '../errors.ts'

function strange(expected: string): StoreUnavailableError {
  return new StoreUnavailableError(`Redis gave a reply that holds no ${expected}: is something between it and Weft?`)
}

/** @throws StoreUnavailableError for a reply of another type */
export function listIn(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw strange('list')
  return reply
}

/** @throws StoreUnavailableError for a reply of another type */
export function bytesIn(reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw strange('bytes')
  return reply
}

/** Bytes, or undefined where there are none. @throws StoreUnavailableError for a reply of another type */
export function maybeBytesIn(reply: unknown): Buffer | undefined {
  return reply === null || reply === undefined ? undefined : bytesIn(reply)
}

/** @throws StoreUnavailableError for a reply of another type */
export function textIn(reply: unknown): string {
  if (typeof reply === 'string') return reply
  return bytesIn(reply).toString()
}

/** A text, or undefined where there is none. @throws StoreUnavailableError for a reply of another type */
export function maybeTextIn(reply: unknown): string | undefined {
  return reply === null || reply === undefined ? undefined : textIn(reply)
}

/** A number, which may be written as text. @throws StoreUnavailableError for a reply of another type */
export function numberIn(reply: unknown): number {
  const number = typeof reply === 'number' ? reply : Number(textIn(reply))
  if (!Number.isFinite(number)) throw strange('number')
  return number
}

/** The values of a list of names and values. */
export function fieldsIn(reply: unknown): Map<string, Buffer> {
  const list = listIn(reply)
  const fields = new Map<string, Buffer>()
  for (let index = 0; index + 1 < list.length; index += 2) fields.set(textIn(list[index]), bytesIn(list[index + 1]))
  return fields
}

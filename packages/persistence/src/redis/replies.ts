import { StoreUnavailableError } from '../errors.ts'

/** A reply that has another shape than the command gives: a fault of ours or of a proxy, never of a document. */
function unexpected(what: string): StoreUnavailableError {
  return new StoreUnavailableError(`Redis answered something other than ${what}`)
}

/** @throws StoreUnavailableError */
export function listIn(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw unexpected('a list')
  return reply
}

/** @throws StoreUnavailableError */
export function bytesIn(reply: unknown): Buffer {
  if (!Buffer.isBuffer(reply)) throw unexpected('a string')
  return reply
}

/** @throws StoreUnavailableError */
export function textIn(reply: unknown): string {
  return typeof reply === 'string' ? reply : bytesIn(reply).toString()
}

/** @throws StoreUnavailableError */
export function numberIn(reply: unknown): number {
  const number = typeof reply === 'number' ? reply : Number(textIn(reply))
  if (!Number.isSafeInteger(number)) throw unexpected('a whole number')
  return number
}

/** A list of fields and values as a map. @throws StoreUnavailableError */
export function fieldsIn(reply: unknown): ReadonlyMap<string, Buffer> {
  const list = listIn(reply)
  const fields = new Map<string, Buffer>()
  for (let at = 0; at + 1 < list.length; at += 2) fields.set(textIn(list[at]), bytesIn(list[at + 1]))
  return fields
}

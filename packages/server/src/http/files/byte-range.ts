import type { ByteRange } from '@weft/persistence'

/**
 * The part of something that a `Range` header asks for (RFC 9110 §14.1.2).
 *
 * @param size how many bytes there are
 * @returns undefined where all of it is to be sent: without a header, or with one that asks in another way than for a single range;
 *   `unsatisfiable` where there are no such bytes
 */
export function rangeIn(header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return undefined
  if (first === '') {
    // The last so many bytes.
    const start = Math.max(0, size - Number(last))
    return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { start, end: size }
  }
  const start = Number(first)
  const end = last === '' ? size : Math.min(Number(last) + 1, size)
  if (last !== '' && Number(last) < start) return undefined
  return start < size ? { start, end } : 'unsatisfiable'
}

/**
 * How receivers know updates again without decoding them. Each update inserts eight characters, `~` and seven letters or digits that say
 * who wrote it and the how manieth it is. However a server merges and frames updates, those bytes stand in them.
 */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx'
const base = alphabet.length
const writerDigits = 3
const sequenceDigits = 4
const tilde = 0x7e

/** As many updates may be under way per writer before its marks repeat. */
export const maxSequence: number = base ** sequenceDigits

const values = new Int8Array(256).fill(-1)
for (let value = 0; value < base; value++) values[alphabet.charCodeAt(value)] = value

/** The text of an update. */
export function markOf(writer: number, sequence: number): string {
  return `~${digits(writer, writerDigits)}${digits(sequence, sequenceDigits)}`
}

function digits(number: number, count: number): string {
  let text = ''
  for (let left = number; text.length < count; left = Math.floor(left / base))
    text = alphabet.charAt(left % base) + text
  return text
}

/** Finds all marks in a message. */
export function eachMark(message: Buffer, hear: (writer: number, sequence: number) => void): void {
  const last = message.length - writerDigits - sequenceDigits
  for (let at = 0; at < last; at++) {
    if (message[at] !== tilde) continue
    const writer = number(message, at + 1, writerDigits)
    const sequence = number(message, at + 1 + writerDigits, sequenceDigits)
    if (writer < 0 || sequence < 0) continue
    hear(writer, sequence)
    at += writerDigits + sequenceDigits
  }
}

function number(bytes: Buffer, from: number, count: number): number {
  let result = 0
  for (let at = from; at < from + count; at++) {
    const value = values[bytes[at] ?? 0] ?? -1
    if (value < 0) return -1
    result = result * base + value
  }
  return result
}

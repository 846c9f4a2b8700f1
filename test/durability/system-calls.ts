/** Reads what `strace -f -y -xx` writes down. */

/** One system call on a file or a socket. */
export interface SystemCall {
  readonly name: string
  /** What its descriptor is: a path, or `socket:[<inode>]`. */
  readonly target: string
  /** The bytes that were written; empty for a sync. */
  readonly data: Buffer
  /** Line of the log at which it began. */
  readonly began: number
  /** Line at which it returned: nothing that comes later can have been before it. */
  readonly returned: number
  readonly result: number
}

const line = /^(?:\[pid\s+)?(\d+)\]?\s+(.*)$/
const unfinished = /^(.*)<unfinished \.\.\.>$/
const resumed = /^<\.\.\. \w+ resumed>(.*)$/
const call = /^(\w+)\(\d+<([^>]*(?:>[^,)]*)?)>(.*)\)\s+=\s+(-?\d+)/s
const text = /"((?:\\x[0-9a-f]{2})*)"(\.{3})?/g

/**
 * All calls that returned, in the order in which they did. Calls without a descriptor are left out, and so are those that never
 * returned.
 *
 * @throws Error where strace cut a text short, since what was written is then not known
 */
export function parseSystemCalls(log: string): SystemCall[] {
  const calls: SystemCall[] = []
  const open = new Map<string, { text: string; began: number }>()
  for (const [number, raw] of log.split('\n').entries()) {
    const [, thread, what] = line.exec(raw) ?? []
    if (thread === undefined || what === undefined) continue
    const [, start] = unfinished.exec(what) ?? []
    if (start !== undefined) {
      open.set(thread, { text: start, began: number })
      continue
    }
    const [, rest] = resumed.exec(what) ?? []
    const begun = rest === undefined ? undefined : open.get(thread)
    open.delete(thread)
    const whole = begun === undefined ? what : `${begun.text}${rest ?? ''}`
    const parsed = parseCall(whole, begun?.began ?? number, number)
    if (parsed !== undefined) calls.push(parsed)
  }
  return calls
}

function parseCall(whole: string, began: number, returned: number): SystemCall | undefined {
  const [, name, target, args, result] = call.exec(whole) ?? []
  if (name === undefined || target === undefined || args === undefined) return undefined
  const pieces: Buffer[] = []
  for (const [, hex, cut] of args.matchAll(text)) {
    if (cut !== undefined) throw new Error(`strace cut a text of ${name} short: give it a larger -s`)
    pieces.push(unescape(hex ?? ''))
  }
  return { name, target: plain(target), data: Buffer.concat(pieces), began, returned, result: Number(result) }
}

function unescape(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex')
}

/** With -xx some versions write paths in hexadecimal too. */
function plain(target: string): string {
  return target.startsWith('\\x') ? unescape(target).toString('utf8') : target
}

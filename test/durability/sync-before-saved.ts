import { decodeServerExtension } from '@weft/protocol'
import type { SystemCall } from './system-calls.ts'

/** An edit that was made alone and told saved. */
export interface MarkedEdit {
  /** Bytes that only this edit holds. */
  readonly marker: string
  /** Which of its connection's frames with an update it was. */
  readonly frame: number
}

/** The file that is to have an edit before it may be called saved. */
export interface LogFile {
  readonly name: string
  readonly isAt: (path: string) => boolean
}

export const sqliteLog: LogFile = { name: 'the write-ahead log', isAt: (path) => path.endsWith('-wal') }

export const redisLog: LogFile = { name: "Redis' append-only file", isAt: (path) => path.endsWith('.aof') }

/** The message `saved` as it was written to a socket. */
interface SavedWrite {
  readonly frames: number
  readonly call: SystemCall
}

/**
 * Checks that each edit was on the disk before it was called saved: the log's file took it, then a sync of that file began
 * and returned, and only then the write began that told the client.
 *
 * @param calls what the server and its store did, with a single client that was told what is saved
 * @returns what does not hold, a line for each edit; empty where all is well
 */
export function findUnsynced(
  calls: readonly SystemCall[],
  edits: readonly MarkedEdit[],
  logFile: LogFile = sqliteLog,
): string[] {
  const told = savedWrites(calls)
  return edits.flatMap(({ marker, frame }) => {
    const problem = findProblem(calls, told, Buffer.from(marker), frame, logFile)
    return problem === undefined ? [] : [`${marker}: ${problem}`]
  })
}

function findProblem(
  calls: readonly SystemCall[],
  told: readonly SavedWrite[],
  marker: Buffer,
  frame: number,
  logFile: LogFile,
): string | undefined {
  const saved = told.find(({ frames }) => frames >= frame)?.call
  if (saved === undefined) return 'was never called saved'
  const append = calls.find((call) => logFile.isAt(call.target) && !isSync(call) && call.data.includes(marker))
  if (append === undefined) return `was never written to ${logFile.name}`
  if (append.returned >= saved.began) return 'was called saved before it was written'
  const synced = calls.some(
    (call) =>
      isSync(call) &&
      call.target === append.target &&
      call.result === 0 &&
      call.began > append.returned &&
      call.returned < saved.began,
  )
  return synced ? undefined : `was called saved with no sync of ${logFile.name} between`
}

function isSync({ name }: SystemCall): boolean {
  return name === 'fdatasync' || name === 'fsync'
}

/** Every `saved` that was written to any socket, with the call in which its first byte was. */
function savedWrites(calls: readonly SystemCall[]): SavedWrite[] {
  const streams = new Map<string, ServerStream>()
  return calls.flatMap((call) => {
    if (!call.target.startsWith('socket:') || call.result <= 0) return []
    const stream = streams.get(call.target) ?? new ServerStream()
    streams.set(call.target, stream)
    // A socket may take less than it was given; the rest comes in another call.
    return stream.take(call, call.data.subarray(0, call.result))
  })
}

/** What a server writes to one connection: the head of an HTTP answer, then WebSocket frames, if it was an upgrade. */
class ServerStream {
  #state: 'head' | 'frames' | 'other' = 'head'
  #bytes = Buffer.alloc(0)
  #firstCall: SystemCall | undefined

  take(call: SystemCall, data: Buffer): SavedWrite[] {
    this.#firstCall ??= call
    this.#bytes = Buffer.concat([this.#bytes, data])
    if (this.#state === 'head') this.#readHead(call)
    return this.#state === 'frames' ? this.#readFrames(call) : []
  }

  #readHead(call: SystemCall): void {
    if (!'HTTP/1.1 101'.startsWith(this.#bytes.subarray(0, 12).toString('latin1'))) this.#state = 'other'
    const end = this.#bytes.indexOf('\r\n\r\n')
    if (this.#state !== 'head' || end === -1) return
    this.#drop(end + 4, call)
    this.#state = 'frames'
  }

  #readFrames(call: SystemCall): SavedWrite[] {
    const found: SavedWrite[] = []
    for (let frame = this.#nextFrame(); frame !== undefined; frame = this.#nextFrame()) {
      const began = this.#firstCall ?? call
      this.#drop(frame.size, call)
      if (!frame.binary) continue
      const message = decodeServerExtension(frame.payload)
      if (message?.type === 'saved') found.push({ frames: message.frames, call: began })
    }
    return found
  }

  /** The frame at the beginning, if all of it is here. A server's frames carry no mask (RFC 6455, 5.2). */
  #nextFrame(): { size: number; binary: boolean; payload: Buffer } | undefined {
    const bytes = this.#bytes
    const [first, short] = bytes
    if (first === undefined || short === undefined) return undefined
    const header = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.byteLength < header) return undefined
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (bytes.byteLength < header + length) return undefined
    return { size: header + length, binary: (first & 0x0f) === 2, payload: bytes.subarray(header, header + length) }
  }

  /** What is left after it came with the latest call. */
  #drop(size: number, call: SystemCall): void {
    this.#bytes = this.#bytes.subarray(size)
    this.#firstCall = this.#bytes.byteLength > 0 ? call : undefined
  }
}

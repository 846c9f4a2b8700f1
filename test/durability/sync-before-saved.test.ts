import { encodeSaved } from '@weft/protocol'
import { expect, test } from 'vitest'
import { findUnsynced } from './sync-before-saved.ts'
import { parseSystemCalls } from './system-calls.ts'

const edits = [{ marker: 'edit-1', frame: 2 }]

const upgrade = write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n')
const append = `11 pwrite64(20</store/weft.db-wal>, ${hex('page with edit-1 in it')}, 22, 32) = 22`
const sync = '11 fdatasync(20</store/weft.db-wal>) = 0'
const saved = write(savedFrame(2))

test('L1: an edit that is written, synced and then called saved is in order', () => {
  expect(check([upgrade, append, sync, saved])).toEqual([])
})

test('L1: a saved without a sync between is found', () => {
  expect(check([upgrade, append, saved])).toEqual([
    'edit-1: was called saved with no sync of the write-ahead log between',
  ])
})

test('L1: a sync that came before the write, after the answer, or on another file does not count', () => {
  const other = '11 fdatasync(21</store/weft.db>) = 0'
  for (const log of [
    [sync, append, saved],
    [append, saved, sync],
    [append, other, saved],
  ]) {
    expect(check([upgrade, ...log])).toHaveLength(1)
  }
})

test('L1: a sync that failed does not count', () => {
  const failed = '11 fdatasync(20</store/weft.db-wal>) = -1 EIO (Input/output error)'
  expect(check([upgrade, append, failed, saved])).toHaveLength(1)
})

test('L1: a sync has to return before the answer begins, and to begin after the write returned', () => {
  const begins = '11 fdatasync(20</store/weft.db-wal> <unfinished ...>'
  const returns = '11 <... fdatasync resumed>) = 0'
  expect(check([upgrade, append, begins, returns, saved])).toEqual([])
  expect(check([upgrade, append, begins, saved, returns])).toHaveLength(1)
  const otherThread = append.replace(/^11/, '12')
  expect(check([upgrade, begins, otherThread, returns, saved])).toHaveLength(1)
})

test('L1: an edit that was never written, or never called saved, is found', () => {
  expect(check([upgrade, sync, saved])).toEqual(['edit-1: was never written to the write-ahead log'])
  expect(check([upgrade, append, sync, write(savedFrame(1))])).toEqual(['edit-1: was never called saved'])
  expect(check([upgrade, saved, append, sync])).toEqual(['edit-1: was called saved before it was written'])
})

test('a saved is found in one call with other frames, in several pieces, and behind a text of several buffers', () => {
  const update = Buffer.concat([Buffer.from([0x82, 126, 1, 0]), Buffer.alloc(256)])
  const all = Buffer.concat([update, savedFrame(2)])
  expect(check([upgrade, append, sync, write(all)])).toEqual([])
  expect(check([upgrade, append, sync, write(all.subarray(0, 3)), write(all.subarray(3))])).toEqual([])
  const vector = `10 writev(25<socket:[7]>, [{iov_base=${hex(update)}, iov_len=260}, {iov_base=${hex(savedFrame(2))}, iov_len=4}], 2) = 264`
  expect(check([upgrade, append, sync, vector])).toEqual([])
  expect(check([upgrade, append, vector])).toHaveLength(1)
})

test('what a socket did not take counts only when it is written again', () => {
  const partly = `10 write(25<socket:[7]>, ${hex(savedFrame(2))}, 4) = 1`
  expect(check([upgrade, append, sync, partly])).toEqual(['edit-1: was never called saved'])
  expect(check([upgrade, append, sync, partly, write(savedFrame(2).subarray(1))])).toEqual([])
})

test('answers that are no upgrade, and lines that are no calls, are passed over', () => {
  const page = `10 write(26<socket:[8]>, ${hex('HTTP/1.1 200 OK\r\n\r\nabc')}, 22) = 22`
  const noise = ['10 --- SIGCHLD {si_signo=SIGCHLD} ---', '10 +++ exited with 0 +++', '10 fsync(99) = -1 EBADF', '']
  expect(check([page, ...noise, upgrade, append, sync, saved])).toEqual([])
})

test('a text that strace cut short is an error', () => {
  expect(() => parseSystemCalls(`10 write(25<socket:[7]>, ${hex('abc')}..., 9) = 9`)).toThrow('larger -s')
})

function check(lines: readonly string[]): string[] {
  return findUnsynced(parseSystemCalls(lines.join('\n')), edits)
}

function savedFrame(frames: number): Buffer {
  const payload = encodeSaved(frames)
  return Buffer.concat([Buffer.from([0x82, payload.byteLength]), payload])
}

function write(data: string | Buffer): string {
  const size = Buffer.from(data).byteLength
  return `10 write(25<socket:[7]>, ${hex(data)}, ${size}) = ${size}`
}

function hex(data: string | Buffer): string {
  return `"${[...Buffer.from(data)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`
}

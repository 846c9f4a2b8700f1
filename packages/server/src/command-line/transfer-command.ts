import { openAsBlob } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { WeftHttp } from '@weft/client/http'
import { type ImportLine, importLineSchema } from '@weft/protocol/http'
import { CommandFailure } from '../backup/command-failure.ts'
import { writeFileWhole } from '../backup/whole-file.ts'
import type { TransferTask } from '../config/api-settings.ts'
import { asJson } from './api-command.ts'

/** A stream's other name, as many tools have it. */
const standardStream = '-'

/**
 * Writes a server's documents and files to a file, whole or not at all, or to standard output.
 *
 * @throws ConfigurationError where there can be no such file
 */
export async function exportTo(task: TransferTask<'export'>, weft: WeftHttp, json: boolean): Promise<string> {
  const { body } = await weft.exportDocuments({ prefix: task.prefix })
  const bytes = Readable.from(body ?? [])
  try {
    if (task.to === standardStream) await pipeline(bytes, process.stdout, { end: false })
    else await writeFileWhole(task.to, bytes, new AbortController().signal)
  } catch (error) {
    // What fetch throws where a stream breaks off says no more than that.
    if (!(error instanceof TypeError)) throw error
    throw new CommandFailure('the export broke off before its end: nothing was kept; the server’s log says why', {
      cause: error,
    })
  }
  if (task.to === standardStream) return ''
  return json ? asJson({ to: task.to }) : `exported to ${task.to}\n`
}

/** Merges the documents and files of an export or a backup into a server's. */
export async function importFrom(task: TransferTask<'import'>, weft: WeftHttp, json: boolean): Promise<string> {
  const { prefix, recreate, from } = task
  const parameters = { prefix, deleted: recreate ? ('recreate' as const) : ('stay' as const) }
  const answer = await weft.importDocuments(parameters, {
    type: 'application/vnd.weft.backup',
    data: await source(from),
  })
  const lines = (await answer.text()).split('\n').filter((line) => line !== '')
  const outcomes = lines.map((line) => importLineSchema.parse(JSON.parse(line)))
  const last = outcomes.at(-1)
  if (last !== undefined && 'problem' in last) {
    throw new CommandFailure(
      `${last.problem.detail ?? last.problem.title} What came before is imported: ${summary(outcomes)}.`,
    )
  }
  if (last === undefined || !('done' in last)) {
    throw new CommandFailure(
      `the answer broke off: import it again, which changes nothing that is there (${summary(outcomes)})`,
    )
  }
  return json ? asJson(outcomes.slice(0, -1)) : `imported: ${summary(outcomes)}\n`
}

async function source(from: string): Promise<Blob | ReadableStream<Uint8Array>> {
  if (from === standardStream) return standardInput()
  try {
    return await openAsBlob(from)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandFailure(`--from ${from} cannot be read: ${reason}`, { cause })
  }
}

function standardInput(): ReadableStream<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array, undefined> = process.stdin[Symbol.asyncIterator]()
  return new ReadableStream({
    pull: async (controller) => {
      const piece = await pieces.next()
      if (piece.done === true) controller.close()
      else controller.enqueue(piece.value)
    },
  })
}

/** How many documents had which outcome: `2 created, 1 unchanged`. */
function summary(lines: readonly ImportLine[]): string {
  const outcomes = lines.flatMap((line) => ('outcome' in line && !('file' in line) ? [line.outcome] : []))
  const counts = [...Map.groupBy(outcomes, (outcome) => outcome)].map(([outcome, all]) => `${all.length} ${outcome}`)
  return counts.length === 0 ? 'no documents' : counts.join(', ')
}

import type { Document, TrashDocument, WeftHttp } from '@weft/client/http'
import type { ApiConfig, DocumentsTask } from '../config/api-settings.ts'
import { askApi, asJson } from './api-command.ts'
import { inPages, type Listed } from './pages.ts'
import { exportTo, importFrom } from './transfer-command.ts'
import { bytes, second, shown, table } from './table.ts'
import { verify } from './verify-command.ts'

/** What a command prints, and whether it found what has to be looked into. */
export interface CommandResult {
  readonly text: string
  readonly alarming: boolean
}

/**
 * Does what `weft documents` is asked.
 *
 * @throws CommandFailure
 */
export async function runDocuments(task: DocumentsTask, api: ApiConfig): Promise<CommandResult> {
  return await askApi(api, async (weft) =>
    task.verb === 'verify'
      ? await verify(task.selection, weft, api.json)
      : { text: await perform(task, weft, api.json), alarming: false },
  )
}

async function perform(
  task: Exclude<DocumentsTask, { verb: 'verify' }>,
  weft: WeftHttp,
  json: boolean,
): Promise<string> {
  switch (task.verb) {
    case 'list': {
      const { limit, order, prefix } = task
      const listed = await inPages(limit, (page) => weft.listDocuments({ order, prefix, ...page }))
      return json ? asJson(listed) : documentsTable(listed)
    }
    case 'trash': {
      const { limit, prefix } = task
      const listed = await inPages(limit, (page) => weft.listTrash({ prefix, ...page }))
      return json ? asJson(listed) : trashTable(listed)
    }
    case 'show': {
      const document = await weft.showDocument({ id: task.id })
      return json ? asJson(document) : facts(document)
    }
    case 'create': {
      const document = await weft.createDocument({ id: task.id, title: task.title })
      return json ? asJson(document) : `${document.id}\n`
    }
    case 'delete': {
      const { id, forever } = task
      await weft.removeDocument({ id, ...(forever ? { forever: 'true' } : {}) })
      if (json) return asJson({ id, forever })
      return forever ? `${id} is erased\n` : `${id} is in the trash; weft documents restore ${id} brings it back\n`
    }
    case 'restore': {
      await weft.restoreDocument({ id: task.id })
      return json ? asJson(await weft.showDocument({ id: task.id })) : `${task.id} is back\n`
    }
    case 'export':
      return await exportTo(task, weft, json)
    case 'import':
      return await importFrom(task, weft, json)
  }
}

function documentsTable({ documents, next }: Listed<Document>): string {
  if (documents.length === 0) return 'no documents\n'
  const rows = documents.map((document) => [
    document.id,
    shown(document.title),
    second(document.updated),
    bytes(document.bytes),
    `${document.people.length}`,
  ])
  return table(['document', 'title', 'updated', 'size', 'people'], rows) + more(next)
}

function trashTable({ documents, next }: Listed<TrashDocument>): string {
  if (documents.length === 0) return 'nothing is in the trash\n'
  const rows = documents.map(({ id, title, trashed, erased }) => [
    id,
    shown(title),
    second(trashed),
    erased === null ? 'never' : second(erased),
  ])
  return table(['document', 'title', 'since', 'erased'], rows) + more(next)
}

function more(next: string | null): string {
  return next === null ? '' : 'there are more: --limit says how many are shown\n'
}

function facts({ id, title, created, createdBy, updated, bytes: size, people }: Document): string {
  const rows = [
    ['document', id],
    ['title', shown(title)],
    ['created', `${second(created)} by ${shown(createdBy)}`],
    ['updated', second(updated)],
    ['size', bytes(size)],
    ['people', people.length === 0 ? 'nobody' : people.map(({ name }) => shown(name)).join(', ')],
  ]
  return rows
    .map(([name = '', value = '']) => `${name.padEnd(10)}${value}`.trimEnd())
    .join('\n')
    .concat('\n')
}

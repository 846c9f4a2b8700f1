import { openDocument, type DocumentState, type WeftDocument } from '@weft/client'
import { expect, it } from 'vitest'
import { startServer } from '../support/server-process.ts'

/** Resolves with the first state that is as asked. */
async function state(document: WeftDocument, wanted: (state: DocumentState) => boolean): Promise<DocumentState> {
  return await new Promise((resolve) => {
    const stop = document.subscribe(() => look())
    const look = (): void => {
      if (!wanted(document.state)) return
      stop()
      resolve(document.state)
    }
    look()
  })
}

const saved = ({ status, unsaved }: DocumentState): boolean => status === 'live' && unsaved === 0

function open(url: string, id: string): WeftDocument {
  return openDocument({ url, id })
}

it('R2, L1: the SDK says saved, the built server is killed, and all of it is there', async () => {
  await using server = await startServer({ built: true })
  const ada = open(server.url, 'team/minutes')
  await ada.synced
  ada.doc.getText('t').insert(0, 'before the crash')
  expect(ada.state).toEqual({ status: 'live', unsaved: 1 })
  await state(ada, saved)

  await server.kill()
  await state(ada, ({ status }) => status === 'offline')
  ada.doc.getText('t').insert(0, 'and while it was away, ')
  expect(ada.state).toMatchObject({ unsaved: 1 })
  await server.restart()
  ada.reconnect()
  await state(ada, saved)
  await ada.close()

  await server.kill()
  await server.restart()
  const bob = open(server.url, 'team/minutes')
  await bob.synced
  expect(bob.doc.getText('t').toJSON()).toBe('and while it was away, before the crash')
  await bob.close()
})

it('R5: the SDK of a reader says that its change is refused, and why', async () => {
  await using server = await startServer({ built: true })
  const writer = open(server.url, 'd')
  writer.doc.getText('t').insert(0, 'text')
  await state(writer, saved)
  await writer.close()
  await server.kill()
  await server.restart(['--anonymous', 'read'])

  const reader = open(server.url, 'd')
  await reader.synced
  reader.doc.getText('t').insert(0, 'no ')
  const refused = await state(reader, ({ status }) => status === 'refused')
  expect(refused).toMatchObject({ kind: 'read-only', unsaved: 1 })
  await reader.close()
})

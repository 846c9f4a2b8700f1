import fc from 'fast-check'
import * as Y from 'yjs'

/** What one of a few clients does, in one of two histories that use the same clients and clocks for different things. */
interface Edit {
  readonly history: number
  readonly client: number
  readonly kind: number
  readonly at: number
  /** Whether the other clients of its history hear of it before they go on. */
  readonly shared: boolean
}

const edit = fc.record({
  history: fc.nat(1),
  client: fc.nat(2),
  kind: fc.nat(7),
  at: fc.nat(30),
  shared: fc.boolean(),
})
/** What they do, in the order in which they do it. */
export const edits: fc.Arbitrary<Edit[]> = fc.array(edit, { minLength: 4, maxLength: 40 })
/** The seed of this run; a failure prints it, and the variable repeats it. */
export function seedOf(): number {
  return Number(process.env['WEFT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
}

/** The update of each edit: some contradict each other, since the histories use the same clocks. */
export function updatesOf(made: readonly Edit[]): Uint8Array[] {
  const updates: Uint8Array[] = []
  const histories = [0, 1].map(() =>
    [1, 2, 3].map((client) => {
      const doc = new Y.Doc()
      doc.clientID = client
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin === 'own') updates.push(update)
      })
      return doc
    }),
  )
  for (const { history, client, kind, at, shared } of made) {
    const docs = histories[history] ?? []
    const doc = docs[client]
    if (doc === undefined) continue
    doc.transact(() => change(doc, kind, at, history), 'own')
    const last = updates.at(-1)
    if (shared && last !== undefined)
      for (const other of docs) if (other !== doc) Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  }
  if (updates.length === 0) updates.push(new Uint8Array([0, 0]))
  return updates
}

function change(doc: Y.Doc, kind: number, at: number, history: number): void {
  const text = doc.getText('t')
  const array = doc.getArray('a')
  const index = at % (text.length + 1)
  const place = at % (array.length + 1)
  switch (kind) {
    case 0:
    case 1:
      text.insert(index, `${'abcdefgh'.slice(0, 1 + (at % 7))}${history}`)
      return
    case 2:
      text.delete(index, Math.min(3 + history, text.length - index))
      return
    case 3: {
      const nested = new Y.Text(`nested ${history}`)
      array.insert(place, history === 0 ? [nested] : [nested, at, 'x'])
      return
    }
    case 4: {
      const nested = array.get(place)
      if (nested instanceof Y.Text) nested.insert(at % (nested.length + 1), 'more')
      else array.insert(place, [at, history])
      return
    }
    case 5:
      array.delete(place, Math.min(1 + history, array.length - place))
      return
    case 6:
      doc.getMap('m').set(`key ${at % 3}`, history === 0 ? new Y.Array() : at)
      return
    default:
      text.format(index, Math.min(4, text.length - index), { bold: history === 0 })
  }
}

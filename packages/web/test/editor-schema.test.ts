import { getSchema } from '@tiptap/core'
import { expect, test } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { richTextSchema } from '../../server/src/content/rich-text-schema.ts'
import { editorExtensions } from '../src/editor/extensions.ts'

interface Spec {
  readonly attrs?: Readonly<Record<string, { default?: unknown }>>
  readonly [property: string]: unknown
}

/** What decides whether two schemas hold the same documents. */
function shapes(types: Readonly<Record<string, { spec: Spec }>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(types).map(([name, { spec }]) => {
      const { content, group, inline = false, marks, code, excludes, attrs = {} } = spec
      const defaults = Object.entries(attrs).map(([attribute, { default: value }]) => [attribute, value])
      return [name, { content, group, inline, marks, code, excludes, attrs: Object.fromEntries(defaults) }]
    }),
  )
}

test('the schema with which the server reads documents is the editor’s', () => {
  const doc = new Y.Doc()
  const { nodes, marks } = getSchema(editorExtensions({ doc, awareness: new Awareness(doc) }))
  expect(shapes(richTextSchema.nodes)).toEqual(shapes(nodes))
  expect(shapes(richTextSchema.marks)).toEqual(shapes(marks))
})

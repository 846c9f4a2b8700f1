import { Extension } from '@tiptap/core'
import { Plugin, TextSelection } from '@tiptap/pm/state'

/**
 * A click below the last block puts the caret in a paragraph there, making one where the document ends in a table, an
 * image or code. Tiptap's trailing node would keep one there always, and each open client would add its own.
 */
export const roomToWrite: Extension = Extension.create({
  name: 'roomToWrite',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        handleClick(view, _position, event) {
          const bottom = view.dom.lastElementChild?.getBoundingClientRect().bottom ?? 0
          const { doc, schema, tr } = view.state
          const { paragraph } = schema.nodes
          if (!view.editable || event.clientY <= bottom || paragraph === undefined) return false
          if (doc.lastChild?.type === paragraph) return false
          const end = doc.content.size
          tr.insert(end, paragraph.create())
          view.dispatch(tr.setSelection(TextSelection.create(tr.doc, end + 1)).scrollIntoView())
          view.focus()
          return true
        },
      },
    }),
  ],
})

import type { WeftDocument } from '@weft/client'
import { EditorContent, useEditor } from '@tiptap/react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { editorExtensions } from './extensions.ts'
import { Toolbar, type ToolbarForm } from './toolbar.tsx'

interface RichTextProps {
  readonly weft: WeftDocument
  readonly editable: boolean
}

/** The toolbar and the text, tied to the document. */
export function RichText({ weft, editable }: RichTextProps): ReactNode {
  const [form, setForm] = useState<ToolbarForm>()
  const toolbar = useRef<HTMLDivElement>(null)
  const editor = useEditor(
    {
      extensions: editorExtensions(weft),
      editable,
      editorProps: {
        attributes: {
          id: 'text',
          class: 'prose',
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': 'Text',
          'aria-description': 'Alt+F10 leads to the formatting toolbar',
        },
      },
    },
    [weft],
  )

  useEffect(() => {
    if (editor.isEditable !== editable) editor.setEditable(editable, false)
  }, [editor, editable])

  return (
    <div
      className="rich-text"
      role="presentation"
      onKeyDown={(event) => {
        if (!editable) return
        if (event.key === 'F10' && event.altKey) {
          event.preventDefault()
          toolbar.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
        }
        if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.shiftKey) {
          event.preventDefault()
          setForm('link')
        }
      }}
    >
      {editable && <Toolbar ref={toolbar} editor={editor} form={form} onForm={setForm} />}
      <EditorContent editor={editor} />
    </div>
  )
}

import { Toolbar as MantineToolbar } from '@mantine/core'
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconBlockquote,
  IconBold,
  IconCode,
  IconH1,
  IconH2,
  IconH3,
  IconItalic,
  IconList,
  IconListNumbers,
  IconSourceCode,
  IconStrikethrough,
} from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import type { ReactNode, Ref } from 'react'
import { ImageControl } from './image-control.tsx'
import { LinkControl } from './link-control.tsx'
import { TableMenu } from './table-menu.tsx'
import { ToolbarButton } from './toolbar-button.tsx'

/** Which of the toolbar's small forms is open. */
export type ToolbarForm = 'link' | 'image' | undefined

interface ToolbarProps {
  readonly editor: Editor
  readonly form: ToolbarForm
  readonly onForm: (form: ToolbarForm) => void
  readonly ref: Ref<HTMLDivElement>
}

/**
 * What can be done to the text. One tab stop; arrow keys move within it, Escape leads back to the text.
 */
export function Toolbar({ editor, form, onForm, ref }: ToolbarProps): ReactNode {
  const state = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      bold: current.isActive('bold'),
      italic: current.isActive('italic'),
      strike: current.isActive('strike'),
      code: current.isActive('code'),
      heading1: current.isActive('heading', { level: 1 }),
      heading2: current.isActive('heading', { level: 2 }),
      heading3: current.isActive('heading', { level: 3 }),
      bulletList: current.isActive('bulletList'),
      orderedList: current.isActive('orderedList'),
      blockquote: current.isActive('blockquote'),
      codeBlock: current.isActive('codeBlock'),
      canUndo: current.can().undo(),
      canRedo: current.can().redo(),
    }),
  })
  const run = () => editor.chain().focus()
  return (
    <MantineToolbar
      ref={ref}
      className="toolbar"
      withBorder={false}
      aria-label="Formatting"
      onKeyDown={(event) => {
        if (event.key === 'Escape' && event.target instanceof Element && event.target.closest('.toolbar')) {
          editor.commands.focus()
        }
      }}
    >
      <ToolbarButton
        label="Undo"
        shortcut="Mod-z"
        Icon={IconArrowBackUp}
        disabled={!state.canUndo}
        onClick={() => run().undo().run()}
      />
      <ToolbarButton
        label="Redo"
        shortcut="Mod-Shift-z"
        Icon={IconArrowForwardUp}
        disabled={!state.canRedo}
        onClick={() => run().redo().run()}
      />
      <MantineToolbar.Divider />
      <ToolbarButton
        label="Heading 1"
        shortcut="Mod-Alt-1"
        Icon={IconH1}
        active={state.heading1}
        onClick={() => run().toggleHeading({ level: 1 }).run()}
      />
      <ToolbarButton
        label="Heading 2"
        shortcut="Mod-Alt-2"
        Icon={IconH2}
        active={state.heading2}
        onClick={() => run().toggleHeading({ level: 2 }).run()}
      />
      <ToolbarButton
        label="Heading 3"
        shortcut="Mod-Alt-3"
        Icon={IconH3}
        active={state.heading3}
        onClick={() => run().toggleHeading({ level: 3 }).run()}
      />
      <MantineToolbar.Divider />
      <ToolbarButton
        label="Bold"
        shortcut="Mod-b"
        Icon={IconBold}
        active={state.bold}
        onClick={() => run().toggleBold().run()}
      />
      <ToolbarButton
        label="Italic"
        shortcut="Mod-i"
        Icon={IconItalic}
        active={state.italic}
        onClick={() => run().toggleItalic().run()}
      />
      <ToolbarButton
        label="Strikethrough"
        shortcut="Mod-Shift-s"
        Icon={IconStrikethrough}
        active={state.strike}
        onClick={() => run().toggleStrike().run()}
      />
      <ToolbarButton
        label="Code"
        shortcut="Mod-e"
        Icon={IconCode}
        active={state.code}
        onClick={() => run().toggleCode().run()}
      />
      <LinkControl
        editor={editor}
        opened={form === 'link'}
        onOpened={(opened) => onForm(opened ? 'link' : undefined)}
      />
      <MantineToolbar.Divider />
      <ToolbarButton
        label="Bullet list"
        shortcut="Mod-Shift-8"
        Icon={IconList}
        active={state.bulletList}
        onClick={() => run().toggleBulletList().run()}
      />
      <ToolbarButton
        label="Numbered list"
        shortcut="Mod-Shift-7"
        Icon={IconListNumbers}
        active={state.orderedList}
        onClick={() => run().toggleOrderedList().run()}
      />
      <ToolbarButton
        label="Quote"
        shortcut="Mod-Shift-b"
        Icon={IconBlockquote}
        active={state.blockquote}
        onClick={() => run().toggleBlockquote().run()}
      />
      <ToolbarButton
        label="Code block"
        shortcut="Mod-Alt-c"
        Icon={IconSourceCode}
        active={state.codeBlock}
        onClick={() => run().toggleCodeBlock().run()}
      />
      <TableMenu editor={editor} />
      <ImageControl
        editor={editor}
        opened={form === 'image'}
        onOpened={(opened) => onForm(opened ? 'image' : undefined)}
      />
    </MantineToolbar>
  )
}

import { Menu } from '@mantine/core'
import {
  IconColumnInsertLeft,
  IconColumnInsertRight,
  IconColumnRemove,
  IconRowInsertBottom,
  IconRowInsertTop,
  IconRowRemove,
  IconTable,
  IconTableMinus,
  IconTablePlus,
  IconTableRow,
} from '@tabler/icons-react'
import { type ChainedCommands, type Editor, useEditorState } from '@tiptap/react'
import { type ReactNode, useState } from 'react'
import { ToolbarButton } from './toolbar-button.tsx'

const actions: readonly { label: string; Icon: typeof IconTable; run: (chain: ChainedCommands) => ChainedCommands }[] =
  [
    { label: 'Row above', Icon: IconRowInsertTop, run: (chain) => chain.addRowBefore() },
    { label: 'Row below', Icon: IconRowInsertBottom, run: (chain) => chain.addRowAfter() },
    { label: 'Column before', Icon: IconColumnInsertLeft, run: (chain) => chain.addColumnBefore() },
    { label: 'Column after', Icon: IconColumnInsertRight, run: (chain) => chain.addColumnAfter() },
    { label: 'Heading row on or off', Icon: IconTableRow, run: (chain) => chain.toggleHeaderRow() },
    { label: 'Delete row', Icon: IconRowRemove, run: (chain) => chain.deleteRow() },
    { label: 'Delete column', Icon: IconColumnRemove, run: (chain) => chain.deleteColumn() },
    { label: 'Delete table', Icon: IconTableMinus, run: (chain) => chain.deleteTable() },
  ]

/** Inserts a table, and changes the one that the caret is in. */
export function TableMenu({ editor }: { readonly editor: Editor }): ReactNode {
  const [opened, setOpened] = useState(false)
  const inTable = useEditorState({ editor, selector: ({ editor: current }) => current.isActive('table') })
  return (
    <Menu opened={opened} onChange={setOpened} shadow="md" position="bottom-start" closeOnItemClick>
      <Menu.Target>
        <ToolbarButton label="Table" Icon={IconTable} active={inTable} />
      </Menu.Target>
      <Menu.Dropdown>
        {!inTable && (
          <Menu.Item
            leftSection={<IconTablePlus size={17} stroke={1.7} aria-hidden />}
            onClick={() => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run()}
          >
            Insert table
          </Menu.Item>
        )}
        {inTable &&
          actions.map(({ label, Icon, run }) => (
            <Menu.Item
              key={label}
              leftSection={<Icon size={17} stroke={1.7} aria-hidden />}
              onClick={() => run(editor.chain().focus()).run()}
            >
              {label}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  )
}

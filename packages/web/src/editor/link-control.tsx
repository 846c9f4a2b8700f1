import { Anchor, Button, Group } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { isSafeLink } from '@weft/protocol'
import { type Editor, useEditorState } from '@tiptap/react'
import { type ReactNode, useState } from 'react'
import { AddressField, AddressForm, AddressPopover } from './address-form.tsx'
import { readLink } from './safe-url.ts'
import { ToolbarButton } from './toolbar-button.tsx'

interface ControlProps {
  readonly editor: Editor
  readonly opened: boolean
  readonly onOpened: (opened: boolean) => void
}

/** Sets, changes, opens and removes the link at the caret. */
export function LinkControl({ editor, opened, onOpened }: ControlProps): ReactNode {
  const active = useEditorState({ editor, selector: ({ editor: current }) => current.isActive('link') })
  const button = (
    <ToolbarButton
      label="Link"
      shortcut="Mod-k"
      Icon={IconLink}
      active={active}
      aria-haspopup="dialog"
      onClick={() => onOpened(!opened)}
    />
  )
  return (
    <AddressPopover editor={editor} label="Link" opened={opened} onOpened={onOpened} button={button}>
      <LinkForm editor={editor} onDone={() => onOpened(false)} />
    </AddressPopover>
  )
}

function LinkForm({ editor, onDone }: { readonly editor: Editor; readonly onDone: () => void }): ReactNode {
  const existing = linkAtCaret(editor)
  const [address, setAddress] = useState(existing ?? '')
  const [problem, setProblem] = useState<string>()
  const submit = (): void => {
    const href = readLink(address)
    if (href === undefined) {
      setProblem('A link needs an address that begins with https://, http:// or mailto:')
      return
    }
    setLink(editor, href)
    onDone()
  }
  return (
    <AddressForm onSubmit={submit}>
      <AddressField
        label="Link address"
        placeholder="https://example.org"
        value={address}
        problem={problem}
        onChange={(value) => {
          setAddress(value)
          setProblem(undefined)
        }}
      />
      <Group mt="sm" gap="xs">
        <Button type="submit" size="xs">
          {existing === undefined ? 'Set link' : 'Change link'}
        </Button>
        {existing !== undefined && (
          <Button
            size="xs"
            variant="default"
            onClick={() => {
              editor.chain().focus().extendMarkRange('link').unsetLink().run()
              onDone()
            }}
          >
            Remove
          </Button>
        )}
        {existing !== undefined && isSafeLink(existing) && (
          <Anchor href={existing} target="_blank" rel="noopener noreferrer" size="sm" ml="auto">
            Open
          </Anchor>
        )}
      </Group>
    </AddressForm>
  )
}

function linkAtCaret(editor: Editor): string | undefined {
  const { href } = editor.getAttributes('link')
  return typeof href === 'string' ? href : undefined
}

function setLink(editor: Editor, href: string): void {
  const chain = editor.chain().focus()
  if (editor.state.selection.empty && !editor.isActive('link')) {
    // Nothing to turn into a link: the address becomes its own text, and typing goes on after it as plain text.
    const text = href.replace(/^mailto:/, '')
    chain
      .insertContent({ type: 'text', text, marks: [{ type: 'link', attrs: { href } }] })
      .unsetMark('link')
      .run()
    return
  }
  chain.extendMarkRange('link').setLink({ href }).run()
}

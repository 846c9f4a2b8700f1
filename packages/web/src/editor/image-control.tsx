import { Button, Popover, TextInput } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import { type ReactNode, useState } from 'react'
import { readImageAddress } from './safe-url.ts'
import { ToolbarButton } from './toolbar-button.tsx'

interface ImageControlProps {
  readonly editor: Editor
  readonly opened: boolean
  readonly onOpened: (opened: boolean) => void
}

/** Puts an image in, by its address. */
export function ImageControl({ editor, opened, onOpened }: ImageControlProps): ReactNode {
  return (
    <Popover
      opened={opened}
      onChange={onOpened}
      onDismiss={() => editor.commands.focus()}
      width={330}
      shadow="md"
      trapFocus
    >
      <Popover.Target>
        <ToolbarButton label="Image" Icon={IconPhoto} aria-haspopup="dialog" onClick={() => onOpened(!opened)} />
      </Popover.Target>
      <Popover.Dropdown aria-label="Image">
        <ImageForm editor={editor} onDone={() => onOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  )
}

function ImageForm({ editor, onDone }: { readonly editor: Editor; readonly onDone: () => void }): ReactNode {
  const [address, setAddress] = useState('')
  const [description, setDescription] = useState('')
  const [problem, setProblem] = useState<string>()
  const submit = (): void => {
    const src = readImageAddress(address)
    if (src === undefined) {
      setProblem('An image needs an address that begins with https:// or http://')
      return
    }
    editor.chain().focus().setImage({ src, alt: description.trim() }).run()
    onDone()
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <TextInput
        label="Image address"
        type="url"
        placeholder="https://example.org/picture.jpg"
        value={address}
        error={problem}
        data-autofocus
        onChange={(event) => {
          setAddress(event.currentTarget.value)
          setProblem(undefined)
        }}
      />
      <TextInput
        mt="sm"
        label="What it shows"
        description="For those who cannot see it"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <Button type="submit" size="xs" mt="sm">
        Put in
      </Button>
    </form>
  )
}

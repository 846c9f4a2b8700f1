import { Button, TextInput } from '@mantine/core'
import { IconPhoto } from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import { type ReactNode, useState } from 'react'
import { AddressField, AddressForm, AddressPopover } from './address-form.tsx'
import { readImageAddress } from './safe-url.ts'
import { ToolbarButton } from './toolbar-button.tsx'

interface ImageControlProps {
  readonly editor: Editor
  readonly opened: boolean
  readonly onOpened: (opened: boolean) => void
}

/** Puts an image in, by its address. */
export function ImageControl({ editor, opened, onOpened }: ImageControlProps): ReactNode {
  const button = (
    <ToolbarButton label="Image" Icon={IconPhoto} aria-haspopup="dialog" onClick={() => onOpened(!opened)} />
  )
  return (
    <AddressPopover editor={editor} label="Image" opened={opened} onOpened={onOpened} button={button}>
      <ImageForm editor={editor} onDone={() => onOpened(false)} />
    </AddressPopover>
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
    <AddressForm onSubmit={submit}>
      <AddressField
        label="Image address"
        placeholder="https://example.org/picture.jpg"
        value={address}
        problem={problem}
        onChange={(value) => {
          setAddress(value)
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
    </AddressForm>
  )
}

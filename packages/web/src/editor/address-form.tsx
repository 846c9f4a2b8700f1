import { Popover, TextInput } from '@mantine/core'
import type { Editor } from '@tiptap/react'
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'

interface AddressPopoverProps {
  readonly editor: Editor
  readonly label: string
  readonly opened: boolean
  readonly onOpened: (opened: boolean) => void
  /** The button that opens it. */
  readonly button: ReactElement
  readonly children: ReactNode
}

/** A small form that hangs on a button of the toolbar and gives the focus back to the text. */
export function AddressPopover({ editor, label, opened, onOpened, button, children }: AddressPopoverProps): ReactNode {
  return (
    <Popover
      opened={opened}
      onChange={onOpened}
      onDismiss={() => editor.commands.focus()}
      width={330}
      shadow="md"
      trapFocus
    >
      <Popover.Target>{button}</Popover.Target>
      <Popover.Dropdown aria-label={label}>{children}</Popover.Dropdown>
    </Popover>
  )
}

interface AddressFormProps {
  readonly onSubmit: () => void
  readonly children: ReactNode
}

/** The form in it. */
export function AddressForm({ onSubmit, children }: AddressFormProps): ReactNode {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit()
      }}
    >
      {children}
    </form>
  )
}

interface AddressFieldProps {
  readonly label: string
  readonly placeholder: string
  readonly value: string
  readonly problem: string | undefined
  readonly onChange: (value: string) => void
}

/** Its first field. It has the focus as soon as it is there: the popover's own comes later, and what is typed until then would go into the text. */
export function AddressField({ label, placeholder, value, problem, onChange }: AddressFieldProps): ReactNode {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus({ preventScroll: true }), [])
  return (
    <TextInput
      ref={field}
      label={label}
      type="url"
      placeholder={placeholder}
      value={value}
      error={problem}
      data-autofocus
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

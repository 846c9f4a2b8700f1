import { Toolbar, Tooltip } from '@mantine/core'
import type { IconBold } from '@tabler/icons-react'
import type { ReactNode, Ref } from 'react'

interface ToolbarButtonProps {
  readonly label: string
  /** As Tiptap writes it, for example `Mod-Shift-8`. */
  readonly shortcut?: string
  readonly Icon: typeof IconBold
  /** For what is on or off; left out for what only acts. */
  readonly active?: boolean
  readonly disabled?: boolean
  readonly onClick?: () => void
  readonly ref?: Ref<HTMLButtonElement>
  readonly 'aria-haspopup'?: 'menu' | 'dialog'
  readonly 'aria-expanded'?: boolean
}

/** One button of the toolbar: an icon with a name, and the shortcut beside it on hover and focus. */
export function ToolbarButton({
  label,
  shortcut,
  Icon,
  active,
  disabled,
  ref,
  ...others
}: ToolbarButtonProps): ReactNode {
  const keys = shortcut === undefined ? undefined : shortcutText(shortcut)
  return (
    <Tooltip label={keys === undefined ? label : `${label}  ${keys}`}>
      <Toolbar.Toggle
        {...others}
        ref={ref}
        className="toolbar-button"
        aria-label={label}
        aria-keyshortcuts={shortcut === undefined ? undefined : ariaShortcut(shortcut)}
        {...(active === undefined ? {} : { active })}
        {...(disabled === undefined ? {} : { disabled })}
        // The text keeps its focus and selection while a button is clicked.
        onMouseDown={(event: { preventDefault(): void }) => event.preventDefault()}
      >
        <Icon size={18} stroke={1.8} aria-hidden />
      </Toolbar.Toggle>
    </Tooltip>
  )
}

const onMac = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** A shortcut as the person's keyboard shows it. */
function shortcutText(shortcut: string): string {
  const names: Readonly<Record<string, string>> = onMac
    ? { Mod: '⌘', Alt: '⌥', Shift: '⇧' }
    : { Mod: 'Ctrl', Alt: 'Alt', Shift: 'Shift' }
  return shortcut
    .split('-')
    .map((key) => names[key] ?? key.toUpperCase())
    .join(onMac ? '' : '+')
}

function ariaShortcut(shortcut: string): string {
  return shortcut.replace('Mod', onMac ? 'Meta' : 'Control').replaceAll('-', '+')
}

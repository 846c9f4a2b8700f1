/** Other people's carets and selections, each in its owner's color and with the name. */
import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import type { DecorationAttrs } from '@tiptap/pm/view'
import { yCursorPlugin } from '@tiptap/y-tiptap'
import { personOf, richTextField } from '@weft/protocol'
import type { Awareness } from 'y-protocols/awareness'
import { inkOn, safeColor } from '../person/colors.ts'
import { displayName } from '../person/people.tsx'

/**
 * The extension. Tiptap's own draws whatever presence it is sent, and what is no position throws inside the editor's
 * update; here presence that is not well-formed is left out, since it comes from other people's clients.
 */
export function carets(awareness: Awareness): Extension {
  return Extension.create({
    name: 'carets',
    // Before others', as Tiptap's own has it: the decorations must be drawn from the synchronised document.
    priority: 999,
    addProseMirrorPlugins: () => {
      // It has no type of its own.
      const plugin: unknown = yCursorPlugin(awareness, {
        awarenessStateFilter: (own: number, clientId: number, state: unknown) =>
          clientId !== own && personOf(state) !== undefined && hasCursor(state),
        cursorBuilder: drawCaret,
        selectionBuilder: selectionAttributes,
      })
      return plugin instanceof Plugin ? [plugin] : []
    },
  })
}

function drawCaret(user: unknown): HTMLElement {
  const person = personOf({ user }) ?? { name: '', color: '' }
  const color = safeColor(person.color)
  const caret = document.createElement('span')
  caret.className = 'caret'
  caret.style.setProperty('--caret-color', color)
  const name = document.createElement('span')
  name.className = 'caret-name'
  name.style.color = inkOn(color)
  name.textContent = displayName(person)
  // The word joiner keeps a caret at a line's end from wrapping away from its place.
  caret.append('\u2060', name)
  return caret
}

function selectionAttributes(user: unknown): DecorationAttrs {
  const person = personOf({ user }) ?? { name: '', color: '' }
  return { class: 'caret-selection', style: `--caret-color: ${safeColor(person.color)}` }
}

/** Whether a presence state has a caret in this editor's text, in the form of Yjs's relative positions. */
function hasCursor(state: unknown): boolean {
  if (!isRecord(state) || !isRecord(state['cursor'])) return false
  const { anchor, head } = state['cursor']
  return isPosition(anchor) && isPosition(head)
}

function isPosition(value: unknown): boolean {
  if (!isRecord(value)) return false
  const { type, tname, item, assoc } = value
  return (
    isIdOrNothing(type) &&
    isIdOrNothing(item) &&
    (tname == null || tname === richTextField) &&
    (assoc == null || typeof assoc === 'number')
  )
}

function isIdOrNothing(value: unknown): boolean {
  return value == null || (isRecord(value) && isCount(value['client']) && isCount(value['clock']))
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

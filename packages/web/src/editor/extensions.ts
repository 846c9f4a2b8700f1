import type { Extensions } from '@tiptap/core'
import { Collaboration } from '@tiptap/extension-collaboration'
import { Placeholder } from '@tiptap/extension-placeholder'
import { TableKit } from '@tiptap/extension-table'
import { StarterKit } from '@tiptap/starter-kit'
import type { WeftDocument } from '@weft/client'
import { isSafeLink, richTextField } from '@weft/protocol'
import { carets } from './carets.ts'
import { images } from './own-images.ts'
import { roomToWrite } from './room-to-write.ts'

/** Everything that a document may hold, and the editor's ties to it. */
export function editorExtensions({ doc, awareness }: Pick<WeftDocument, 'doc' | 'awareness'>): Extensions {
  return [
    StarterKit.configure({
      heading: { levels: [1, 2, 3] },
      // Undo comes from Yjs: it takes back one's own changes, never another person's.
      undoRedo: false,
      trailingNode: false,
      link: {
        // A click in a text that is being edited places the caret; the link menu opens the address.
        openOnClick: false,
        isAllowedUri: isSafeLink,
        defaultProtocol: 'https',
        HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: '_blank' },
      },
      dropcursor: { color: 'var(--mantine-primary-color-filled)', width: 2 },
    }),
    TableKit.configure({ table: { renderWrapper: true } }),
    images.configure({ HTMLAttributes: { loading: 'lazy', referrerpolicy: 'no-referrer' } }),
    Placeholder.configure({ placeholder: 'Write here…' }),
    Collaboration.configure({ document: doc, field: richTextField }),
    carets(awareness),
    roomToWrite,
  ]
}

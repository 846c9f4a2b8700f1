import { Skeleton, Tooltip, VisuallyHidden } from '@mantine/core'
import type { Document } from '@weft/client/http'
import type { ReactNode } from 'react'
import { prefetchEditor } from '../editor/load-editor.ts'
import { People } from '../person/people.tsx'
import { documentPath, followLink } from '../router.ts'
import { exactTime, relativeTime } from './relative-time.ts'
import { useNow } from './use-now.ts'

interface DocumentRowsProps {
  readonly documents: readonly Document[]
  /** Whether the rows answer an earlier query while the next one is on its way. */
  readonly outdated: boolean
}

/** The documents, one link each. */
export function DocumentRows({ documents, outdated }: DocumentRowsProps): ReactNode {
  const now = useNow()
  return (
    <ul className="rows" data-outdated={outdated || undefined}>
      {documents.map((summary) => (
        <DocumentRow key={summary.id} summary={summary} now={now} />
      ))}
    </ul>
  )
}

function DocumentRow({ summary, now }: { readonly summary: Document; readonly now: number }): ReactNode {
  const { id, title, updated, people } = summary
  return (
    <li>
      <a
        className="row"
        href={documentPath(id)}
        data-id={id}
        onClick={followLink}
        onPointerEnter={prefetchEditor}
        onFocus={prefetchEditor}
      >
        <span className="row-text">
          <span className="row-title" data-untitled={title === '' || undefined}>
            {title || id}
          </span>
          <span className="row-meta">
            <VisuallyHidden>, changed </VisuallyHidden>
            <Tooltip label={exactTime(updated)}>
              <time dateTime={updated}>{relativeTime(updated, now)}</time>
            </Tooltip>
            {title !== '' && <span className="row-id">{id}</span>}
          </span>
        </span>
        <People people={people} label="In it now" />
      </a>
    </li>
  )
}

/** Rows in the making, the size of real ones so that nothing jumps. */
export function DocumentRowsSkeleton(): ReactNode {
  return (
    <div className="rows" role="status" aria-label="Loading the documents">
      {[46, 62, 38, 54, 30].map((width) => (
        <div className="row" key={width} aria-hidden>
          <span className="row-text">
            <Skeleton height={17} width={`${width}%`} my={4} />
            <Skeleton height={12} width={130} my={4} />
          </span>
        </div>
      ))}
    </div>
  )
}

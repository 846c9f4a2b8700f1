import { Skeleton } from '@mantine/core'
import type { ReactNode } from 'react'
import { Main } from '../shell/main.tsx'

/** A document's page before anything is known of it. */
export function EditorSkeleton(): ReactNode {
  return (
    <Main className="document" loading="Opening the document">
      <Skeleton height={38} width="52%" mt={64} mb={34} aria-hidden />
      <TextSkeleton />
    </Main>
  )
}

/** The text alone. */
export function TextSkeleton(): ReactNode {
  return (
    <div className="text-skeleton" aria-hidden>
      {[96, 88, 93, 61, 0, 91, 97, 42].map((width, index) => (
        <Skeleton key={index} height={13} width={`${width}%`} visible={width > 0} mb={15} />
      ))}
    </div>
  )
}

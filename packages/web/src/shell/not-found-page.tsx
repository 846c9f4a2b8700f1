import { Button } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { followLink } from '../router.ts'
import { Header } from './header.tsx'
import { Main } from './main.tsx'

/** For a path that names no page. */
export function NotFoundPage(): ReactNode {
  return (
    <Message heading="There is no page here">
      <p>The address may be mistyped, or come from an older link. All documents are on the first page.</p>
    </Message>
  )
}

/** For a path under `/d/` whose rest is no document id. */
export function InvalidDocumentPage({ text }: { readonly text: string }): ReactNode {
  return (
    <Message heading="This is not a document id">
      <p>
        <code className="invalid-id">{readable(text) || '(nothing)'}</code> cannot be the id of a document. An id has 1
        to 256 characters: letters A to Z and a to z, digits, and <code>_ - . : ~ /</code>. No part between slashes is
        empty, <code>.</code> or <code>..</code>.
      </p>
    </Message>
  )
}

function Message({ heading, children }: { readonly heading: string; readonly children: ReactNode }): ReactNode {
  useEffect(() => {
    document.title = `${heading} · Weft`
  }, [heading])
  return (
    <>
      <Header />
      <Main className="message-page">
        <h1>{heading}</h1>
        {children}
        <Button component="a" href="/" onClick={followLink} variant="default" mt="md">
          All documents
        </Button>
      </Main>
    </>
  )
}

function readable(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

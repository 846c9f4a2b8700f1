import { type ReactNode, Suspense, lazy } from 'react'
import { DocumentsPage } from './documents/documents-page.tsx'
import { PersonProvider } from './person/person-context.tsx'
import { routeOf, usePath } from './router.ts'
import { EditorSkeleton } from './editor/editor-skeleton.tsx'
import { loadEditor } from './editor/load-editor.ts'
import { Header } from './shell/header.tsx'
import { InvalidDocumentPage, NotFoundPage } from './shell/not-found-page.tsx'

// The editor is most of the code: the list does not wait for it.
const EditorPage = lazy(() => loadEditor().then(({ EditorPage: page }) => ({ default: page })))

/** The whole app: the page that the path names. */
export function App(): ReactNode {
  return (
    <PersonProvider>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <Page path={usePath()} />
    </PersonProvider>
  )
}

function Page({ path }: { readonly path: string }): ReactNode {
  const route = routeOf(path)
  switch (route.page) {
    case 'documents':
      return <DocumentsPage />
    case 'document':
      return (
        <Suspense
          fallback={
            <>
              <Header />
              <EditorSkeleton />
            </>
          }
        >
          {/* The key gives each document a page of its own: nothing of one may show in the next. */}
          <EditorPage key={route.id} id={route.id} />
        </Suspense>
      )
    case 'invalid-document':
      return <InvalidDocumentPage text={route.text} />
    case 'not-found':
      return <NotFoundPage />
  }
}

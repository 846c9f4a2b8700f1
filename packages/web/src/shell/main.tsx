import { type ReactNode, useEffect, useRef } from 'react'
import { hasNavigated } from '../router.ts'

interface MainProps {
  readonly className?: string
  readonly children: ReactNode
  /** For a page that is still loading: what a screen reader is told. */
  readonly loading?: string
}

/** A page's content, where the skip link leads. */
export function Main({ className = '', children, loading }: MainProps): ReactNode {
  const main = useRef<HTMLElement>(null)
  useEffect(() => {
    // A link that led here is gone, and focus with it: whoever uses a keyboard goes on in the new page. A page that the
    // browser loaded begins at its top, as any other does.
    if (hasNavigated() && document.activeElement === document.body) main.current?.focus({ preventScroll: true })
  }, [])
  return (
    <main
      id="main"
      ref={main}
      className={`page ${className}`}
      tabIndex={-1}
      aria-busy={loading === undefined ? undefined : true}
      aria-label={loading}
    >
      {children}
    </main>
  )
}

import type { ReactNode } from 'react'
import { PersonMenu } from '../person/person-menu.tsx'
import { followLink } from '../router.ts'
import { ColorSchemeMenu } from './color-scheme-menu.tsx'

interface HeaderProps {
  /** What the page says of itself, for example the save indicator. */
  readonly status?: ReactNode
  /** Who is here. */
  readonly people?: ReactNode
}

/** The bar at the top of every page. */
export function Header({ status, people }: HeaderProps): ReactNode {
  return (
    <header className="header">
      <a className="brand" href="/" onClick={followLink} aria-label="Weft, all documents">
        <WeaveMark />
        <span className="brand-name">Weft</span>
      </a>
      <div className="header-status">{status}</div>
      {people}
      <ColorSchemeMenu />
      <PersonMenu />
    </header>
  )
}

/** Two warp threads and two weft threads, over and under: the favicon's drawing in the text's color. */
function WeaveMark(): ReactNode {
  return (
    <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="7" fill="var(--mantine-primary-color-filled)" />
      <g fill="none" stroke="#fff" strokeWidth="3.4" strokeLinecap="round">
        <path d="M11 6v4M11 16v10M21 6v10M21 22v4" />
        <path d="M6 13h13.5M25 13h1M6 19h3M12.5 19H26" opacity=".72" />
      </g>
    </svg>
  )
}

/** Loads the editor's code; the first call starts it, later ones share it. */
export function loadEditor(): Promise<typeof import('./editor-page.tsx')> {
  return import('./editor-page.tsx')
}

/** Begins to load it: whoever points at a link is likely to follow it. */
export function prefetchEditor(): void {
  void loadEditor()
}

import { Image } from '@tiptap/extension-image'
import { linkToken } from '../link-token.ts'
import { weftHttp } from '../weft-http.ts'

/** How long an image's address holds, in seconds: what is scrolled to later is fetched later. */
const lifetime = 3_600

/** A file of a document on this page's own server. */
export interface OwnFile {
  readonly id: string
  readonly hash: string
}

/** Which file of this server an image's address leads to; undefined for any other. */
export function ownFileAt(address: string, origin: string = window.location.origin): OwnFile | undefined {
  const url = URL.canParse(address, origin) ? new URL(address, origin) : undefined
  const [, id = '', hash = ''] =
    /^\/api\/v1\/documents\/([^/]+)\/files\/([0-9a-f]{64})$/.exec(url?.pathname ?? '') ?? []
  if (url?.origin !== origin || hash === '') return undefined
  try {
    return { id: decodeURIComponent(id), hash }
  } catch {
    return undefined
  }
}

/**
 * Images, those that are files of this server included: an image sends no token, so whoever needs one to read them is shown them by
 * addresses that need none. What the document holds stays as it is.
 */
export const images: typeof Image = Image.extend({
  addNodeView() {
    return ({ HTMLAttributes }) => {
      const dom = document.createElement('img')
      const attributes: Record<string, unknown> = { ...this.options.HTMLAttributes, ...HTMLAttributes }
      const { src, ...others } = attributes
      for (const [name, value] of Object.entries(others)) {
        if (typeof value === 'string' || typeof value === 'number') dom.setAttribute(name, String(value))
      }
      show(dom, typeof src === 'string' ? src : '')
      // Its address is changed by nobody but this.
      return { dom, ignoreMutation: () => true }
    }
  },
})

function show(image: HTMLImageElement, address: string): void {
  const file = linkToken() === undefined ? undefined : ownFileAt(address)
  if (file === undefined) {
    image.src = address
    return
  }
  weftHttp()
    .makeFileAddress(file, { lifetime })
    .then(
      ({ path }) => (image.src = path),
      // Then it is shown to be missing.
      () => (image.src = address),
    )
}

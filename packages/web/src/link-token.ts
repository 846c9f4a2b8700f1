/**
 * What somebody shows the server who came by a link: it stands behind the `#` of the page's URL, which browsers send nowhere, and stays
 * there, so that the page can be loaded again.
 */
export function linkToken(hash: string = window.location.hash): string | undefined {
  return new URLSearchParams(hash.slice(1)).get('link') ?? undefined
}

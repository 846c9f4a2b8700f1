/** Raster images that a browser can show without any of their bytes being able to run. */
const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'] as const
type ImageType = (typeof imageTypes)[number]

/** What is kept of which nobody said what it is. */
const unknownType = 'application/octet-stream'

/** RFC 6838 §4.2. */
const typePattern = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/

/** Whether files of a type are shown where they are opened. All others are only ever downloaded. */
export function isShown(type: string): boolean {
  return imageTypes.some((image) => image === type)
}

/**
 * The type of a file, where its bytes are what they are said to be.
 *
 * @param declared a `Content-Type` header, which may be missing
 * @returns undefined where they are something else
 */
export function fittingType(declared: string | undefined, content: Uint8Array): string | undefined {
  const [essence = ''] = (declared ?? '').toLowerCase().split(';')
  const said = essence.trim() === '' ? unknownType : essence.trim()
  if (!typePattern.test(said)) return undefined
  const found = imageTypeOf(content)
  if (said === unknownType) return found ?? unknownType
  if (found !== undefined) return found === said ? said : undefined
  return isShown(said) ? undefined : said
}

/** Which image bytes begin as; undefined for none. */
function imageTypeOf(content: Uint8Array): ImageType | undefined {
  const head = Buffer.from(content.buffer, content.byteOffset, Math.min(content.byteLength, 16)).toString('latin1')
  return imageTypes.find((type) =>
    beginnings[type].some((marks) => marks.every(([at, text]) => head.startsWith(text, at))),
  )
}

/** What stands where in the first bytes, as latin1: all marks of one beginning or of another. */
const beginnings: Readonly<Record<ImageType, readonly (readonly (readonly [at: number, text: string])[])[]>> = {
  'image/png': [[[0, '\x89PNG\r\n\x1a\n']]],
  'image/jpeg': [[[0, '\xff\xd8\xff']]],
  'image/gif': [[[0, 'GIF87a']], [[0, 'GIF89a']]],
  'image/webp': [
    [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  ],
  'image/avif': [[[4, 'ftypavif']], [[4, 'ftypavis']]],
}

/** Most bytes of a checkpoint that one command carries: more would hold up Redis, and whoever waits for it. */
const sliceBytes = 256 * 1024

/** The field of a generation that holds the checkpoint's header. */
export const headerField = 'header'

/** The field of a generation that holds the outline, where there is one that fits into a slice. */
export const outlineField = 'outline'

/** Whether a record fits into a field of its own. */
export function fitsSlice({ byteLength }: Uint8Array): boolean {
  return byteLength <= sliceBytes
}

/** A part of a chunk's record, under the field that it is kept in. */
export type Slice = readonly [field: string, bytes: Buffer]

/**
 * Cuts a chunk's record into slices. Most chunks are one. A slice's first byte says whether another one follows: a chunk
 * cannot be cut where its update holds something large in one piece.
 */
export function sliceChunk(number: number, record: Uint8Array): Slice[] {
  const slices: Slice[] = []
  for (let start = 0; start === 0 || start < record.byteLength; start += sliceBytes) {
    const end = Math.min(start + sliceBytes, record.byteLength)
    const more = end < record.byteLength ? 1 : 0
    slices.push([fieldOf(number, slices.length), Buffer.concat([Buffer.of(more), record.subarray(start, end)])])
  }
  return slices
}

/** A chunk's record out of its slices. */
export async function joinSlices(number: number, read: (field: string) => Promise<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = []
  let more = true
  while (more) {
    const slice = await read(fieldOf(number, parts.length))
    parts.push(slice.subarray(1))
    more = slice.at(0) === 1
  }
  const [only] = parts
  return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
}

function fieldOf(chunk: number, slice: number): string {
  return slice === 0 ? String(chunk) : `${chunk}:${slice}`
}

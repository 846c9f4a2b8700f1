import { describe, expect, it } from 'vitest'
import { fittingType, isShown } from '../../../src/http/files/media-type.ts'

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'))

const images: Readonly<Record<string, Uint8Array>> = {
  'image/png': bytes('\x89PNG\r\n\x1a\n....'),
  'image/jpeg': bytes('\xff\xd8\xff\xe0..JFIF'),
  'image/gif': bytes('GIF89a..........'),
  'image/webp': bytes('RIFF....WEBPVP8 '),
  'image/avif': bytes('\0\0\0\x20ftypavif....'),
}

describe('the type of a file', () => {
  it.each(Object.entries(images))('%s is found by its first bytes, and is what it says', (type, content) => {
    expect(fittingType(type, content)).toBe(type)
    expect(fittingType(`${type.toUpperCase()}; q=1`, content)).toBe(type)
    expect(fittingType(undefined, content)).toBe(type)
    expect(fittingType('application/octet-stream', content)).toBe(type)
    expect(isShown(type)).toBe(true)
    for (const other of [...Object.keys(images), 'text/plain', 'image/svg+xml']) {
      if (other !== type) expect(fittingType(other, content), `${type} as ${other}`).toBeUndefined()
    }
  })

  it.each<[string | undefined, string, string | undefined]>([
    ['text/plain', 'words', 'text/plain'],
    ['text/html', '<script>', 'text/html'],
    ['image/svg+xml', '<svg onload="x"/>', 'image/svg+xml'],
    ['application/pdf', '%PDF-1.7', 'application/pdf'],
    [undefined, 'words', 'application/octet-stream'],
    ['', '', 'application/octet-stream'],
    ['image/png', '<html>', undefined],
    ['image/jpeg', '', undefined],
    ['image/png', '\x89PN', undefined],
    ['image/bmp', 'BM..............', 'image/bmp'],
    ['image/webp', 'RIFF....WAVEfmt ', undefined],
    ['text/plain', 'Some on WEBP now', 'text/plain'],
    ['no type', 'x', undefined],
    ['text/', 'x', undefined],
    ['a/b\r\nx: y', 'x', undefined],
    [`text/${'x'.repeat(200)}`, 'x', undefined],
  ])('%j with %j: %s', (declared, content, type) => {
    expect(fittingType(declared, bytes(content))).toBe(type)
    if (type !== undefined) expect(isShown(type)).toBe(false)
  })
})

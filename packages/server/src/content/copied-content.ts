import * as Y from 'yjs'
import { sharedType } from './shared-type.ts'

/** Files that a copy has of its own. */
export interface MovedFiles {
  /** What the addresses of the document's files begin with, up to a file's name. */
  readonly from: string
  /** What those of the copy's files begin with. */
  readonly to: string
  /** The names of the files that the copy has. */
  readonly files: readonly string[]
}

/**
 * All that a document holds as one update, in which the addresses of its files are those of a copy's: in attributes of elements, in
 * marks and embeds of texts, and in values of maps and arrays, alone or within a longer text.
 *
 * @throws RangeError where it is nested deeper than the stack
 */
export function copiedContent(doc: Y.Doc, files: MovedFiles): Uint8Array<ArrayBuffer> {
  if (files.files.length > 0) {
    doc.transact(() => {
      for (const name of doc.share.keys()) moveIn(sharedType(doc, name).type, movedValue(files))
    })
  }
  // Its own copy: what Yjs hands out may be a part of a larger buffer.
  return Y.encodeStateAsUpdate(doc).slice()
}

/** A value with the addresses that are in it moved; the very same where there are none. */
type Move = (value: unknown) => unknown

function movedValue({ from, to, files }: MovedFiles): Move {
  const there = new Set(files)
  const moved = (value: unknown): unknown => {
    if (typeof value === 'string') {
      // A name is the SHA-256 of the bytes, in hexadecimal. What leads elsewhere stays.
      const [first = '', ...others] = value.split(from)
      return first + others.map((rest) => (there.has(rest.slice(0, 64)) ? to : from) + rest).join('')
    }
    if (Array.isArray(value)) {
      const items = value.map(moved)
      return items.some((item, index) => item !== value[index]) ? items : value
    }
    if (!isPlain(value)) return value
    const fields = Object.entries(value).map(([name, field]) => [name, moved(field)] as const)
    return fields.some(([name, field]) => field !== value[name]) ? Object.fromEntries(fields) : value
  }
  return moved
}

function moveIn(type: unknown, move: Move): void {
  if (type instanceof Y.Text) moveInText(type, move)
  else if (type instanceof Y.Map) moveInMap(type, move)
  else if (type instanceof Y.Array) moveInArray(type, move)
  else if (type instanceof Y.XmlFragment) {
    if (isElement(type)) moveInAttributes(type, move)
    for (const child of type.toArray()) moveIn(child, move)
  }
}

function moveInAttributes(element: Y.XmlElement<Record<string, string | object>>, move: Move): void {
  for (const [name, value] of Object.entries(element.getAttributes())) {
    const moved = move(value)
    if (moved === value) continue
    if (typeof moved === 'string' || isPlain(moved) || Array.isArray(moved)) element.setAttribute(name, moved)
  }
}

function moveInMap(map: Y.Map<unknown>, move: Move): void {
  for (const [key, value] of map.entries()) {
    moveIn(value, move)
    const moved = move(value)
    if (moved !== value) map.set(key, moved)
  }
}

function moveInArray(array: Y.Array<unknown>, move: Move): void {
  for (const [index, value] of array.toArray().entries()) {
    moveIn(value, move)
    const moved = move(value)
    if (moved === value) continue
    array.delete(index)
    array.insert(index, [moved])
  }
}

function moveInText(text: Y.Text, move: Move): void {
  let at = 0
  const deltas: unknown = text.toDelta()
  for (const delta of Array.isArray(deltas) ? deltas : []) {
    if (!isPlain(delta)) continue
    const { insert, attributes } = delta
    const marks = isPlain(attributes) ? attributes : {}
    const length = typeof insert === 'string' ? insert.length : 1
    const movedMarks = move(marks)
    if (movedMarks !== marks && isPlain(movedMarks)) text.format(at, length, movedMarks)
    if (isPlain(insert)) {
      const moved = move(insert)
      if (moved !== insert && isPlain(moved)) {
        text.delete(at, 1)
        text.insertEmbed(at, moved, marks)
      }
    } else moveIn(insert, move)
    at += length
  }
}

function isElement(type: Y.XmlFragment): type is Y.XmlElement<Record<string, string | object>> {
  return type instanceof Y.XmlElement
}

/** An object of JSON's, and neither a shared type nor bytes. */
function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

import { parseHTML } from 'linkedom'
import MarkdownIt from 'markdown-it'
import { DOMParser, type Node } from 'prosemirror-model'
import type { InputFormat } from '@weft/protocol/http'
import { richTextSchema } from './rich-text-schema.ts'

/** What someone wrote in a format, as rich text of the web app's schema. Of what that does not know the text stays. */
export function richTextFrom(format: InputFormat, content: string): Node {
  switch (format) {
    case 'text':
      return fromText(content)
    case 'html':
      return fromHtml(content)
    case 'markdown':
      // HTML in Markdown is text: whoever means HTML says so.
      return fromHtml(markdown.render(content).replaceAll('\n</code></pre>', '</code></pre>'))
  }
}

const markdown = new MarkdownIt({ html: false })

/** Elements within each other. The parser looks at all of them for each one inside: without a bound it would take for ever. */
const maxDepth = 256

/**
 * Elements that are not closed, as far as a look at the tags tells, which knows no end that goes without saying. It keeps the
 * parser itself, whose time grows with the square of the depth, from what can only be meant to stop it.
 */
const maxOpen = 4096

function mostOpen(html: string): number {
  let open = 0
  let most = 0
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)/gi)) {
    if (slash === '/') open = Math.max(0, open - 1)
    else if (!voidElements.has(name.toLowerCase())) most = Math.max(most, ++open)
  }
  return most
}

const voidElements = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'wbr',
])

/** A paragraph for each line. */
function fromText(content: string): Node {
  const lines = content.replace(/\r?\n$/, '').split(/\r?\n/)
  const paragraphs = lines.map((line) =>
    richTextSchema.node('paragraph', null, line === '' ? [] : richTextSchema.text(line)),
  )
  return richTextSchema.node('doc', null, paragraphs)
}

function fromHtml(content: string): Node {
  if (mostOpen(content) > maxOpen) throw new RangeError(`the HTML has more than ${maxOpen} elements open at once`)
  const { document } = parseHTML(`<!doctype html><html><body>${content}</body></html>`)
  const depths = new Map<Element | null, number>()
  for (const element of document.querySelectorAll('*')) {
    const depth = (depths.get(element.parentElement) ?? 0) + 1
    if (depth > maxDepth) throw new RangeError(`the HTML is nested deeper than ${maxDepth}`)
    depths.set(element, depth)
    Object.defineProperty(element, 'matches', { value: (selector: string) => fits(element, selector) })
  }
  // Images stand by themselves here: the paragraph that held nothing else would stay behind, empty.
  for (const paragraph of document.querySelectorAll('p')) {
    if (holdsOnlyImages(paragraph)) paragraph.replaceWith(...paragraph.childNodes)
  }
  return DOMParser.fromSchema(richTextSchema).parse(document.body)
}

function holdsOnlyImages(paragraph: Element): boolean {
  const { children, textContent } = paragraph
  return children.length > 0 && textContent.trim() === '' && [...children].every(({ localName }) => localName === 'img')
}

/** The selectors of our schema, which ask for a name and perhaps an attribute: a tenth of the time that compiling each takes. */
function fits(element: Element, selector: string): boolean {
  const [, name, attribute] = /^(\w+)(?:\[(\w+)\])?$/.exec(selector) ?? []
  return element.localName === name && (attribute === undefined || element.hasAttribute(attribute))
}

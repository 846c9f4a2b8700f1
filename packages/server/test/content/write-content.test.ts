import type { ContentInput } from '@weft/protocol/http'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { rehearseUpdate, UnusableUpdateError } from '../../src/content/rehearse-update.ts'
import { renderContent } from '../../src/content/render-content.ts'
import { writeContent, WrongTypeError } from '../../src/content/write-content.ts'
import { richTextDocument } from '../support/rich-text.ts'

const input = (content: string, more: Partial<ContentInput> = {}): ContentInput => ({
  content,
  format: 'markdown',
  mode: 'append',
  ...more,
})

/** The document with what was written into a copy of it, as HTML. */
function written(doc: Y.Doc, what: ContentInput): string {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  Y.applyUpdate(doc, writeContent(copy, what))
  return Buffer.from(renderContent(doc, { as: 'html', field: what.field })).toString()
}

const markdown = [
  '# Title',
  '**bold** *it* ~~gone~~ `code` [site](https://example.org "t")',
  '- one\n- two\n  1. deep',
  '> said',
  '```ts\nlet x\n```',
  '---',
  '| a | b |\n| --- | --- |\n| 1 | 2\\|3 |',
  '![view](https://example.org/i.png)',
].join('\n\n')

describe('content that comes in', () => {
  it('is read from Markdown, and back', () => {
    const doc = new Y.Doc()
    expect(written(doc, input(markdown))).toBe(
      '<h1>Title</h1>' +
        '<p><strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code> ' +
        '<a href="https://example.org" rel="noopener noreferrer nofollow" title="t">site</a></p>' +
        '<ul><li><p>one</p></li><li><p>two</p><ol><li><p>deep</p></li></ol></li></ul>' +
        '<blockquote><p>said</p></blockquote>' +
        '<pre><code class="language-ts">let x</code></pre>' +
        '<hr>' +
        '<table><tbody><tr><th><p>a</p></th><th><p>b</p></th></tr><tr><td><p>1</p></td><td><p>2|3</p></td></tr></tbody></table>' +
        '<img src="https://example.org/i.png" alt="view">',
    )
    const again = new Y.Doc()
    const once = Buffer.from(renderContent(doc, { as: 'markdown', field: undefined })).toString()
    written(again, input(once))
    expect(Buffer.from(renderContent(again, { as: 'markdown', field: undefined })).toString()).toBe(once)
  })

  it('is read from HTML, and nothing that could run comes with it', () => {
    const html =
      '<h4>deep</h4><p onclick="x()">a<script>alert(1)</script><style>p{}</style><a href="javascript:x">l</a>' +
      '<img src="data:image/png,x" onerror="x()"></p><iframe src="https://e.example">f</iframe><b>loose</b><td colspan="99999999">c</td>'
    const doc = new Y.Doc()
    expect(written(doc, input(html, { format: 'html' }))).toBe(
      '<h3>deep</h3><p>al</p><p>f<strong>loose</strong></p><table><tbody><tr><td><p>c</p></td></tr></tbody></table>',
    )
    // Not only where it is rendered: other readers of the document may check less.
    expect(doc.getXmlFragment('default').toJSON()).not.toMatch(/javascript:|data:image/)
  })

  it('HTML within Markdown is text', () => {
    expect(written(new Y.Doc(), input('a <b>b</b> <script>x</script>'))).toBe(
      '<p>a &lt;b&gt;b&lt;/b&gt; &lt;script&gt;x&lt;/script&gt;</p>',
    )
  })

  it('plain text is a paragraph for each line', () => {
    expect(written(new Y.Doc(), input('# a\r\n\n<b>\n', { format: 'text' }))).toBe('<p># a</p><p></p><p>&lt;b&gt;</p>')
  })

  it('is put behind what another editor wrote, which stays', () => {
    const doc = richTextDocument([['callout', { kind: 'x' }, 'theirs']])
    expect(written(doc, input('ours'))).toBe('<p>theirs</p><p>ours</p>')
    expect(doc.getXmlFragment('default').toJSON()).toBe('<callout kind="x">theirs</callout><paragraph>ours</paragraph>')
  })

  it('takes the place of what is there, and what stays the same is not written anew', () => {
    const doc = richTextDocument([
      ['paragraph', {}, 'one'],
      ['paragraph', {}, 'two'],
    ])
    const first = doc.getXmlFragment('default').get(0)
    expect(written(doc, input('one\n\n2', { mode: 'replace' }))).toBe('<p>one</p><p>2</p>')
    expect(doc.getXmlFragment('default').get(0)).toBe(first)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
    expect(writeContent(copy, input('one\n\n2', { mode: 'replace' }))).toEqual(new Uint8Array([0, 0]))
  })

  it('goes into a shared text as it is', () => {
    const doc = new Y.Doc()
    doc.getText('source').insert(0, 'a')
    written(doc, input('# b', { field: 'source' }))
    expect(doc.getText('source').toJSON()).toBe('a# b')
    written(doc, input('c', { mode: 'replace', format: 'text' }))
    expect(doc.getText('source').toJSON()).toBe('c')
    expect(() => written(doc, input('<b>', { format: 'html' }))).toThrow(WrongTypeError)
  })

  it('does not fit a map', () => {
    const doc = new Y.Doc()
    doc.getMap('data').set('a', 1)
    expect(() => written(doc, input('x'))).toThrow(WrongTypeError)
  })
})

describe('an update is rehearsed', () => {
  const kindOf = (run: () => void): unknown => {
    try {
      run()
    } catch (error) {
      return error instanceof UnusableUpdateError ? error.kind : error
    }
    return 'taken'
  }

  it('and one that builds on what is not there, is cut short or was made up is refused', () => {
    const writer = new Y.Doc()
    const updates: Uint8Array[] = []
    writer.on('update', (update: Uint8Array) => updates.push(update))
    writer.getText('t').insert(0, 'a')
    writer.getText('t').insert(1, 'b')
    writer.getText('t').delete(0, 1)
    const [first = new Uint8Array(), second = new Uint8Array(), removal = new Uint8Array()] = updates
    const rehearsed = (update: Uint8Array, known: readonly Uint8Array[] = []): unknown => {
      const doc = new Y.Doc()
      for (const one of known) Y.applyUpdate(doc, one)
      return kindOf(() => rehearseUpdate(doc, update))
    }
    expect(rehearsed(first)).toBe('taken')
    expect(rehearsed(second, [first])).toBe('taken')
    expect(rehearsed(second)).toBe('missing-dependencies')
    expect(rehearsed(removal)).toBe('missing-dependencies')
    expect(rehearsed(first.slice(0, -1))).toBe('malformed')
    // A text behind a later one of its own client: Yjs would let it wait, and throw at whoever brings what it waits for.
    expect(rehearsed(new Uint8Array([1, 1, 5, 1, 0x84, 5, 9, 1, 0x78, 0]))).toBe('malformed')
    expect(rehearsed(new Uint8Array())).toBe('malformed')
    expect(rehearsed(new TextEncoder().encode('{"a":1}'))).toBe('malformed')
  })

  it('and may bring what others wait for', () => {
    const writer = new Y.Doc()
    const updates: Uint8Array[] = []
    writer.on('update', (update: Uint8Array) => updates.push(update))
    writer.getText('t').insert(0, 'a')
    writer.getText('t').insert(1, 'b')
    const doc = new Y.Doc()
    Y.applyUpdate(doc, updates[1] ?? new Uint8Array())
    expect(kindOf(() => rehearseUpdate(doc, updates[0] ?? new Uint8Array()))).toBe('taken')
    expect(doc.getText('t').toJSON()).toBe('ab')
  })
})

/**
 * Puts a text between a section's two marks.
 *
 * @param page the page's name, for an error
 * @throws Error where the page has no such marks
 */
export function filled(page: string, text: string, name: string, content: string): string {
  const { from, to } = placeOf(page, text, name)
  return `${text.slice(0, from)}\n\n${content.trimEnd()}\n\n${text.slice(to)}`
}

/** What stands between a section's two marks. @throws Error where the page has no such marks */
export function sectionOf(page: string, text: string, name: string): string {
  const { from, to } = placeOf(page, text, name)
  return text.slice(from, to).trim()
}

function placeOf(page: string, text: string, name: string): { readonly from: number; readonly to: number } {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const at = text.indexOf(begin)
  const to = text.indexOf(end)
  if (at === -1 || to < at) throw new Error(`${page} has no place for ${name}: put ${begin} and ${end} there`)
  return { from: at + begin.length, to }
}

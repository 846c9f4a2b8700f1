import { replayField } from '../trace/text-edits.ts'
import type { Check } from './report.ts'
import { readFresh } from './stock-client.ts'

/** Compares texts, and says where they part when they do. */
export function sameText(who: string, found: string, expected: string): Check {
  if (found === expected) return { name: `${who} holds the trace's final text`, passed: true }
  let at = 0
  while (at < found.length && found[at] === expected[at]) at++
  const lengths = `${found.length} characters instead of ${expected.length}`
  return { name: `${who} holds another text: ${lengths}, and different from character ${at} on`, passed: false }
}

/** Reads a document with a fresh stock client and compares its text. */
export async function freshClientHolds(
  who: string,
  server: string,
  document: string,
  expected: string,
): Promise<Check> {
  const text = await readFresh(server, document, (doc) => doc.getText(replayField).toJSON())
  return sameText(who, text, expected)
}

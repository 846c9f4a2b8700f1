/**
 * Colors for people. Each is dark enough for white text (4.5 to 1) and light enough to be seen as a caret on the dark
 * scheme's ground (3 to 1), so that one color serves both schemes; a test holds this.
 */
export const palette: readonly { readonly name: string; readonly color: string }[] = [
  { name: 'Woad', color: '#1f7a8c' },
  { name: 'Indigo', color: '#5667c9' },
  { name: 'Heather', color: '#8f58b5' },
  { name: 'Madder', color: '#c2456b' },
  { name: 'Rust', color: '#b8532f' },
  { name: 'Weld', color: '#8f6a14' },
  { name: 'Moss', color: '#5f7a1f' },
  { name: 'Fern', color: '#2b8049' },
  { name: 'Slate', color: '#5f7280' },
]

/** WCAG 2 relative luminance of a color `#rrggbb`, from 0 to 1. */
function luminance(color: string): number {
  const channel = (start: number): number => {
    const value = Number.parseInt(color.slice(start, start + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

/** WCAG 2 contrast of two colors `#rrggbb`, from 1 to 21. */
export function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (high + 0.05) / (low + 0.05)
}

/** Whether a text is a color in the one form that people's colors have, `#rrggbb`. */
export function isColor(text: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(text)
}

/** What another client calls its color, made safe to paint with: any other text becomes grey. */
export function safeColor(text: string): string {
  return isColor(text) ? text : '#5f7280'
}

/** Black or white, whichever reads better on a color. */
export function inkOn(color: string): string {
  return contrast(color, '#ffffff') >= contrast(color, '#111111') ? '#ffffff' : '#111111'
}

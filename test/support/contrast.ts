import type { Page } from 'playwright-core'

/**
 * The visible texts of a page whose contrast to their ground is under 4.5 to 1 (WCAG 2, AA). Disabled controls are
 * exempt there and here; so are faces and carets, whose ink is chosen for each color.
 */
export function contrastFailures(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })
    if (canvas === null) throw new Error('this browser has no canvas to read colors with')

    type Color = readonly [number, number, number, number]
    const read = (color: string): Color => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data
      return [r, g, b, a / 255]
    }
    const over = (top: Color, below: Color): Color => {
      const mix = (index: 0 | 1 | 2): number => top[index] * top[3] + below[index] * (1 - top[3])
      return [mix(0), mix(1), mix(2), 1]
    }
    const groundOf = (element: Element | null): Color => {
      if (element === null) return [255, 255, 255, 1]
      const own = read(getComputedStyle(element).backgroundColor)
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement))
    }
    const luminance = (color: Color): number => {
      const linear = (index: 0 | 1 | 2): number => {
        const value = color[index] / 255
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
      }
      return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2)
    }

    const failures: string[] = []
    for (const element of document.body.querySelectorAll('*')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === Node.TEXT_NODE)
        .map((node) => node.textContent?.trim())
        .join('')
      if (text === '' || element.closest('script, style, :disabled, .people, .person-button, .caret')) continue
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
      const ground = groundOf(element)
      const ink = over(read(getComputedStyle(element).color), ground)
      const [high = 0, low = 0] = [luminance(ink), luminance(ground)].sort((a, b) => b - a)
      const contrast = (high + 0.05) / (low + 0.05)
      if (contrast < 4.5) failures.push(`${contrast.toFixed(2)}: "${text}" in <${element.localName}>`)
    }
    return failures
  })
}

import { type CSSVariablesResolver, type MantineThemeOverride, createTheme } from '@mantine/core'

/** Woad, the weavers' blue: the one accent. Shade 7 carries white text in both schemes; as text on dark it is shade 4. */
const woad = [
  '#eaf4f5',
  '#d3e6e8',
  '#a9cfd3',
  '#7cb7bd',
  '#5eaab2',
  '#3f929b',
  '#2e8790',
  '#1d737c',
  '#126169',
  '#044f57',
] as const

/** The dark scheme's greys, a little green in them so that the accent belongs. */
const dark = [
  '#dde0de',
  '#c0c5c3',
  '#9da5a2',
  '#6f7775',
  '#3d4443',
  '#2f3535',
  '#222727',
  '#171a1a',
  '#121414',
  '#0d0f0f',
] as const

export const theme: MantineThemeOverride = createTheme({
  colors: { woad, dark },
  primaryColor: 'woad',
  primaryShade: 7,
  black: '#1f2423',
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Code", Menlo, Consolas, "Liberation Mono", monospace',
  components: {
    Alert: {
      defaultProps: {
        variant: 'default',
        classNames: { root: 'notice', title: 'notice-title', icon: 'notice-icon', message: 'notice-text' },
      },
    },
    Tooltip: {
      defaultProps: { openDelay: 350, withArrow: false, fz: 'xs', events: { hover: true, focus: true, touch: false } },
    },
  },
})

/** Paper rather than white, and dimmed text that still reads (at least 4.5 to 1 on it). */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--weft-serif':
      'Charter, "Bitstream Charter", "Iowan Old Style", "Sitka Text", Cambria, Georgia, "Liberation Serif", serif',
  },
  light: {
    '--mantine-color-body': '#fbfaf7',
    '--mantine-color-dimmed': '#5d6664',
    '--mantine-color-placeholder': '#6d7674',
    '--mantine-color-error': '#b3261e',
    '--weft-raised': '#ffffff',
    '--weft-focus': '#1d737c',
    '--weft-line': '#e4e2db',
    '--weft-hover': '#f3f1eb',
    '--weft-warn': '#8a4b00',
    '--weft-bad': '#b3261e',
    '--weft-good': '#1d6b45',
    '--weft-code': '#f1efe8',
  },
  dark: {
    '--mantine-color-dimmed': '#9da5a2',
    '--mantine-color-placeholder': '#8b9391',
    '--mantine-color-error': '#ff9d94',
    '--weft-raised': '#1d2121',
    '--weft-focus': '#5eaab2',
    '--weft-line': '#2f3535',
    '--weft-hover': '#1f2424',
    '--weft-warn': '#f0b35e',
    '--weft-bad': '#ff9d94',
    '--weft-good': '#7fcfa3',
    '--weft-code': '#222727',
  },
})

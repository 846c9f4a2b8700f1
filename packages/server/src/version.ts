import manifest from '../package.json' with { type: 'json' }

/** The version of Weft that this is. */
export const version: string = manifest.version

/** The shared type in which the web app's editor keeps a document: a `Y.XmlFragment` of this name. */
export const richTextField = 'default'
